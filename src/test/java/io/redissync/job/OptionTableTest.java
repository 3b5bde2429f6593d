package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.testing.DocSection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The pages that list the options say what the code says. */
class OptionTableTest {

    private static final Path PAGE = Path.of("docs/options.md");

    @Test
    void thePageIsUpToDate() throws IOException {
        if (Boolean.getBoolean("update.docs")) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, OptionTable.render());
        }
        assertThat(PAGE).hasContent(OptionTable.render());
    }

    @Test
    void theReadmeHasTheSameTables() throws IOException {
        new DocSection("README.md", "options")
                .assertSays(OptionTable.renderTables("###").strip() + "\n");
    }

    @Test
    void everyOptionHasADescriptionAndAUniqueKey() {
        assertThat(OptionCatalog.all())
                .extracting(OptionCatalog.Entry::key)
                .doesNotHaveDuplicates();
        assertThat(OptionCatalog.all())
                .allSatisfy(entry -> assertThat(entry.description()).endsWith("."));
    }

    @Test
    void aDefaultIsShownAsItCanBeWritten() {
        assertThat(OptionCatalog.all())
                .filteredOn(entry -> !entry.defaultText().isEmpty())
                .hasSizeGreaterThan(25)
                .allSatisfy(
                        entry ->
                                assertThat(entry.type().read(entry.defaultText()))
                                        .isEqualTo(entry.option().defaultValue()));
    }
}
