package io.redissync.chaos;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The command behind {@code scripts/chaos.sh}: some minutes of faults from a seed.
 *
 * <p>Ends with 0 when both sides are equal and no full resync happened but those that faults
 * forced, 1 when not, 2 on a wrong option.
 */
public final class Chaos {

    private static final int WRONG_OPTIONS = 2;

    private Chaos() {}

    public static void main(String[] arguments) {
        double minutes = 2;
        long seed = ThreadLocalRandom.current().nextInt(1_000_000);
        List<Fault> faults = List.of(Fault.values());
        try {
            for (int i = 0; i < arguments.length; i += 2) {
                if (i + 1 == arguments.length) {
                    throw new IllegalArgumentException(arguments[i] + ": a value is missing");
                }
                String value = arguments[i + 1];
                switch (arguments[i]) {
                    case "--minutes" -> minutes = Double.parseDouble(value);
                    case "--seed" -> seed = Long.parseLong(value);
                    case "--faults" -> faults = Fault.named(value);
                    default ->
                            throw new IllegalArgumentException(arguments[i] + ": no such option");
                }
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(
                    "usage: scripts/chaos.sh [--minutes N] [--seed S] [--faults NAME,NAME…]");
            System.err.println("faults: " + List.of(Fault.values()));
            System.exit(WRONG_OPTIONS);
        }
        Duration time = Duration.ofMillis((long) (minutes * 60_000));
        System.exit(new ChaosRun(seed, time, faults).run() == ChaosRun.Result.EQUAL ? 0 : 1);
    }
}
