package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The usage text and when it is shown. */
class UsageTest {

    @Test
    void isNeededWhenNothingIsAskedFor() {
        assertThat(Usage.isNeeded(new String[0])).isTrue();
        assertThat(Usage.isNeeded(new String[] {"--local"})).isTrue();
        assertThat(Usage.isNeeded(new String[] {"--local", "--sync.name=a"})).isFalse();
        assertThat(Usage.isAskedFor(new String[] {"--sync.name=a", "--help"})).isTrue();
    }

    @Test
    void beginsWithTheTwoMandatoryOptionsAndNamesAll() {
        assertThat(Usage.text().lines().skip(2).findFirst().orElseThrow())
                .startsWith("Usage: ")
                .contains("--source.addresses=", "--target.addresses=");
        assertThat(OptionCatalog.all())
                .allSatisfy(entry -> assertThat(Usage.text()).contains("  --" + entry.key()));
        assertThat(Usage.text())
                .contains("  --source.addresses (required)\n")
                .contains("  --sync.mode (full+stream)\n")
                .contains("  --spool.max-bytes (16 gb)\n")
                .contains("  --target.ttl-slack (1 h)\n")
                .contains("  --spool.dir\n");
        assertThat(Usage.text().lines()).allSatisfy(l -> assertThat(l).hasSizeLessThan(132));
    }
}
