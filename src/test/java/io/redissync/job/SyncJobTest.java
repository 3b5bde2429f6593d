package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.flink.client.ClientUtils;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.client.program.ProgramInvocationException;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.DefaultExecutorServiceLoader;
import org.junit.jupiter.api.Test;

/** The main class as Flink's CLI and its JobManager start it: it throws and never exits. */
class SyncJobTest {

    @Test
    void wrongOptionsAreAMessageOfTheCli() {
        assertThatThrownBy(() -> submit("--source.addresses=a:1", "--sync.mode=half"))
                .isInstanceOf(ProgramParametrizationException.class)
                .hasMessage(
                        """
                        2 problems in the options:
                          sync.mode: half (expected: full+stream | full | stream)
                          target.addresses: missing (expected: host:port)""");
    }

    @Test
    void noOptionsAreAnsweredWithTheUsage() {
        assertThatThrownBy(() -> submit())
                .isInstanceOf(ProgramParametrizationException.class)
                .hasMessage(Usage.text());
    }

    @Test
    void aClusterIsNotLocal() {
        assertThatThrownBy(
                        () -> submit("--local", "--source.addresses=a:1", "--target.addresses=b:1"))
                .isInstanceOf(ProgramParametrizationException.class)
                .hasMessageStartingWith("--local: ");
    }

    private static void submit(String... arguments) throws ProgramInvocationException {
        try (PackagedProgram program =
                PackagedProgram.newBuilder()
                        .setEntryPointClassName(SyncJob.class.getName())
                        .setArguments(arguments)
                        .build()) {
            ClientUtils.executeProgram(
                    new DefaultExecutorServiceLoader(), new Configuration(), program, false, false);
        }
    }
}
