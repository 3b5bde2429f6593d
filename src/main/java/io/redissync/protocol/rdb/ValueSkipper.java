package io.redissync.protocol.rdb;

import java.io.IOException;

/**
 * Steps over one value to find its end.
 *
 * <p>What was stepped over stays so when the input interrupts: a large value is not parsed again
 * from its first byte.
 */
final class ValueSkipper {

    private static final int STREAM_ID_BYTES = 16;

    /** What comes next. */
    private enum Step {
        BEGIN,
        ELEMENTS,
        STREAM_HEADER,
        GROUP,
        GROUP_PENDING,
        CONSUMERS,
        CONSUMER,
        CONSUMER_PENDING,
        END
    }

    private final RdbBuffer in;
    private ValueShape shape = ValueShape.STRING;
    private Step step = Step.END;
    private long count;
    private boolean discards;

    /** Elements, or pending entries of a stream's group or consumer, still to come. */
    private long left;

    private long groupsLeft;
    private long consumersLeft;

    ValueSkipper(RdbBuffer in) {
        this.in = in;
    }

    void begin(ValueShape newShape) {
        shape = newShape;
        discards = false;
        step = Step.BEGIN;
        count = -1;
    }

    /** Begins inside a module's fields that belong to no key: they are not kept. */
    void beginModuleAux() {
        discards = true;
        shape = ValueShape.MODULE;
        step = Step.ELEMENTS;
        count = -1;
    }

    /** Elements that a value of a counted shape has; -1 for other shapes. */
    long count() {
        return count;
    }

    /** Steps over the rest of the value. */
    void skip() throws IOException {
        if (step == Step.BEGIN) {
            beginning();
        }
        switch (shape) {
            case STREAM -> stream(1);
            case STREAM_2 -> stream(2);
            case STREAM_3 -> stream(3);
            case MODULE -> moduleFields();
            default -> elements();
        }
        step = Step.END;
    }

    private void beginning() throws IOException {
        switch (shape) {
            case STRING -> left = 1;
            case EXPIRY_STRING -> {
                in.skip(8);
                left = 1;
            }
            case EXPIRY_TTL_PAIRS -> {
                in.skip(8);
                counted();
            }
            case STREAM, STREAM_2, STREAM_3 -> left = in.readCount("number of stream nodes");
            case MODULE -> in.readLength();
            default -> counted();
        }
        proceed(Step.ELEMENTS);
    }

    private void counted() throws IOException {
        count = in.readCount("number of elements");
        left = count;
    }

    private void proceed(Step next) {
        step = next;
        in.mark();
    }

    private void elements() throws IOException {
        while (left > 0) {
            switch (shape) {
                case PAIRS -> {
                    in.skipString();
                    in.skipString();
                }
                case TEXT_SCORES -> {
                    in.skipString();
                    textScore();
                }
                case BINARY_SCORES -> {
                    in.skipString();
                    in.skip(8);
                }
                case NODES -> {
                    container();
                    in.skipString();
                }
                case TTL_PAIRS, EXPIRY_TTL_PAIRS -> {
                    in.readLength();
                    in.skipString();
                    in.skipString();
                }
                case PAIRS_TTL -> {
                    in.skipString();
                    in.skipString();
                    in.skip(8);
                }
                default -> in.skipString();
            }
            left--;
            in.mark();
        }
    }

    /** Length and digits; the lengths 253 to 255 stand for not-a-number and the infinities. */
    private void textScore() throws IOException {
        int length = in.readByte();
        if (length < 253) {
            in.skip(length);
        }
    }

    private void container() throws IOException {
        long at = in.position();
        long container = in.readLength();
        if (container != 1 && container != 2) {
            throw in.failAt(
                    at,
                    "list node container "
                            + Long.toUnsignedString(container)
                            + " (expected: 1, plain, or 2, packed)");
        }
    }

    private void moduleFields() throws IOException {
        while (true) {
            long at = in.position();
            long opcode = in.readLength();
            if (opcode == 0) {
                return;
            }
            if (opcode == 1 || opcode == 2) {
                in.readLength();
            } else if (opcode == 3) {
                in.skip(4);
            } else if (opcode == 4) {
                in.skip(8);
            } else if (opcode == 5) {
                in.skipString();
            } else {
                throw in.failAt(
                        at,
                        "module opcode " + Long.toUnsignedString(opcode) + " (expected: 0 to 5)");
            }
            if (discards) {
                in.commit();
            } else {
                in.mark();
            }
        }
    }

    private void stream(int version) throws IOException {
        while (true) {
            switch (step) {
                case ELEMENTS -> {
                    while (left > 0) {
                        in.skipString();
                        in.skipString();
                        left--;
                        in.mark();
                    }
                    proceed(Step.STREAM_HEADER);
                }
                case STREAM_HEADER -> {
                    // Length and last ID; from version 2 on first ID, greatest deleted ID and
                    // number of entries ever added.
                    lengths(version == 1 ? 3 : 8);
                    groupsLeft = in.readCount("number of consumer groups");
                    proceed(Step.GROUP);
                }
                case GROUP -> {
                    if (groupsLeft == 0) {
                        return;
                    }
                    in.skipString();
                    // Last delivered ID; from version 2 on entries read.
                    lengths(version == 1 ? 2 : 3);
                    left = in.readCount("number of pending entries");
                    groupsLeft--;
                    proceed(Step.GROUP_PENDING);
                }
                case GROUP_PENDING -> {
                    while (left > 0) {
                        in.skip(STREAM_ID_BYTES + 8);
                        in.readLength();
                        left--;
                        in.mark();
                    }
                    proceed(Step.CONSUMERS);
                }
                case CONSUMERS -> {
                    consumersLeft = in.readCount("number of consumers");
                    proceed(Step.CONSUMER);
                }
                case CONSUMER -> {
                    if (consumersLeft == 0) {
                        proceed(Step.GROUP);
                    } else {
                        in.skipString();
                        in.skip(version == 3 ? 16 : 8);
                        left = in.readCount("number of pending entries of a consumer");
                        consumersLeft--;
                        proceed(Step.CONSUMER_PENDING);
                    }
                }
                case CONSUMER_PENDING -> {
                    while (left > 0) {
                        in.skip(STREAM_ID_BYTES);
                        left--;
                        in.mark();
                    }
                    proceed(Step.CONSUMER);
                }
                default -> throw new IllegalStateException("stream at step " + step);
            }
        }
    }

    private void lengths(int number) throws IOException {
        for (int i = 0; i < number; i++) {
            in.readLength();
        }
    }
}
