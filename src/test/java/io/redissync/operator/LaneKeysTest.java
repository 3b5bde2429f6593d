package io.redissync.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LaneKeysTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 128, 1024, 32768})
    void aLanesKeyHashesToItsKeyGroup(int maxParallelism) throws Exception {
        LaneKeys keys = InstantiationUtil.clone(new LaneKeys(maxParallelism));

        for (int lane = 0; lane < maxParallelism; lane++) {
            assertThat(KeyGroupRangeAssignment.assignToKeyGroup(keys.keyOf(lane), maxParallelism))
                    .isEqualTo(lane);
        }
    }

    @Test
    void keysNeverChangeForTheyAreInSavepoints() {
        LaneKeys keys = new LaneKeys(128);

        assertThat(keys.getKey(Given.tick("0", 0, 1))).isEqualTo(keys.keyOf(0));
        assertThat(new int[] {keys.keyOf(0), keys.keyOf(1), keys.keyOf(64), keys.keyOf(127)})
                .containsExactly(312, 13, 84, 2);
    }

    @Test
    void refusesWhatIsNoLane() {
        assertThatThrownBy(() -> new LaneKeys(0)).hasMessageContaining("max parallelism: 0");
        assertThatThrownBy(() -> new LaneKeys(32769)).hasMessageContaining("32768");
        assertThatThrownBy(() -> new LaneKeys(2).keyOf(2)).hasMessageContaining("lane: 2");
        assertThatThrownBy(() -> new LaneKeys(2).keyOf(-1)).hasMessageContaining("lane: -1");
    }
}
