package io.redissync.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A part of a page that is made from code: what stands between the HTML comments {@code <!--
 * name:begin -->} and {@code <!-- name:end -->}.
 */
public final class DocSection {

    private final Path page;
    private final String begin;
    private final String end;

    /**
     * @param page path from the project's directory
     */
    public DocSection(String page, String name) {
        this.page = ProjectDir.find().resolve(page);
        this.begin = "<!-- " + name + ":begin -->\n";
        this.end = "<!-- " + name + ":end -->\n";
    }

    /** Fails unless the page says this; with {@code -Dupdate.docs=true} it is made to say it. */
    public void assertSays(String text) throws IOException {
        String now = Files.readString(page);
        assertThat(now).as("marks in " + page.getFileName()).containsOnlyOnce(begin);
        assertThat(now).as("marks in " + page.getFileName()).containsOnlyOnce(end);
        int from = now.indexOf(begin) + begin.length();
        int to = now.indexOf(end);
        assertThat(to).as("end mark behind the begin mark").isGreaterThanOrEqualTo(from);
        String wanted = "\n" + text + "\n";
        if (Boolean.getBoolean("update.docs")) {
            Files.writeString(page, now.substring(0, from) + wanted + now.substring(to));
            return;
        }
        assertThat(now.substring(from, to))
                .as(page.getFileName() + " (-Dupdate.docs=true writes it)")
                .isEqualTo(wanted);
    }
}
