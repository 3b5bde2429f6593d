package io.redissync.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.command.Change;
import io.redissync.operator.KeyPattern.Kind;
import io.redissync.operator.TransformRules.PrefixRule;
import io.redissync.typeinfo.ChangeTypeInfo;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.metrics.groups.InternalOperatorMetricGroup;
import org.apache.flink.runtime.metrics.groups.UnregisteredMetricGroups;
import org.apache.flink.runtime.metrics.util.InterceptingOperatorMetricGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.operators.StreamFlatMap;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class FilterTransformTest {

    @Test
    void filtersThenTransformsAndCounts() throws Exception {
        FilterRules filter =
                FilterRules.builder()
                        .allowDbs(List.of(0))
                        .blockKeys(
                                List.of(
                                        KeyPattern.of(Kind.GLOB, "*:tmp"),
                                        KeyPattern.of(Kind.REGEX, "t[0-9]+")))
                        .build();
        TransformRules transform = new TransformRules(Map.of(0, 1), List.of(PrefixRule.add("p:")));
        FilterTransform function =
                InstantiationUtil.clone(
                        new FilterTransform(filter, transform, FlushPolicy.FAIL, TargetLanes.ONE));
        VisibleMetrics task = new VisibleMetrics();
        InterceptingOperatorMetricGroup metrics = task.operator;
        MockEnvironment environment =
                new MockEnvironmentBuilder().setMaxParallelism(128).setMetricGroup(task).build();
        try (KeyedOneInputStreamOperatorTestHarness<Integer, Change, Change> harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new StreamFlatMap<>(function), new LaneKeys(128), Types.INT, environment)) {
            harness.setup(ChangeTypeInfo.INSTANCE.createSerializer(harness.getExecutionConfig()));
            harness.open();

            harness.processElement(Given.single("DEL a a:tmp"), 0);
            harness.processElement(Given.single("SET t1 v"), 0);
            harness.processElement(Given.single("4: SET a v"), 0);
            harness.processElement(Given.tick("0", 5, 200), 0);

            assertThat(harness.extractOutputValues())
                    .containsExactly(Given.single("1: DEL p:a"), Given.tick("0", 5, 200));
            assertThat(count(metrics, FilterTransform.FILTERED_CHANGES)).isEqualTo(2);
            assertThat(count(metrics, FilterTransform.REWRITTEN_CHANGES)).isEqualTo(1);
        }
    }

    private static long count(InterceptingOperatorMetricGroup metrics, String name) {
        return ((Counter) metrics.get(name)).getCount();
    }

    /** Puts every operator's metrics where the test can see them. */
    private static final class VisibleMetrics
            extends UnregisteredMetricGroups.UnregisteredTaskMetricGroup {
        final InterceptingOperatorMetricGroup operator = new InterceptingOperatorMetricGroup();

        @Override
        public InternalOperatorMetricGroup getOrAddOperator(
                OperatorID id, String name, Map<String, String> additionalVariables) {
            return operator;
        }
    }
}
