package io.redissync.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LanesTest {

    @Test
    void givesEveryShardASubtaskOfItsOwn() {
        for (int lanes : new int[] {1, 2, 3, 7, 128, 1024, 32768}) {
            for (int shards = 1; shards <= Math.min(lanes, 200); shards++) {
                Set<Integer> subtasks = new HashSet<>();
                for (int shard = 0; shard < shards; shard++) {
                    int lane = Lanes.homeLane(shard, shards, lanes);
                    assertThat(lane).isBetween(0, lanes - 1);
                    // Flink: subtask of a key group with as many subtasks as shards.
                    subtasks.add((int) ((long) lane * shards / lanes));
                }
                assertThat(subtasks).as("%d shards, %d lanes", shards, lanes).hasSize(shards);
            }
        }
    }

    @Test
    void sharesLanesEvenlyWhenShardsAreMore() {
        int[] shardsOfLane = new int[3];
        for (int shard = 0; shard < 7; shard++) {
            shardsOfLane[Lanes.homeLane(shard, 7, 3)]++;
        }

        assertThat(shardsOfLane).containsExactly(3, 2, 2);
    }

    @Test
    void refusesWhatIsOutOfRange() {
        assertThatThrownBy(() -> Lanes.homeLane(2, 2, 128)).hasMessageContaining("shard index");
        assertThatThrownBy(() -> Lanes.homeLane(-1, 2, 128)).hasMessageContaining("shard index");
        assertThatThrownBy(() -> Lanes.homeLane(0, 1, 0)).hasMessageContaining("max parallelism");
    }
}
