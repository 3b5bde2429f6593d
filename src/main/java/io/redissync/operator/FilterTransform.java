package io.redissync.operator;

import io.redissync.command.Change;
import io.redissync.command.CommandTable;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.util.Collector;

/** Runs filter and transform on the keyed stream of changes, and counts what they do. */
public final class FilterTransform extends RichFlatMapFunction<Change, Change> {

    private static final long serialVersionUID = 1L;

    /** Counts changes of which nothing was left. */
    public static final String FILTERED_CHANGES = "filteredChanges";

    /** Counts changes of which something was left out or renamed. */
    public static final String REWRITTEN_CHANGES = "rewrittenChanges";

    private final FilterRules filterRules;
    private final TransformRules transformRules;
    private final FlushPolicy onFlush;
    private final TargetLanes lanes;

    private transient ChangeFilter filter;
    private transient ChangeTransform transform;
    private transient Counter filtered;
    private transient Counter rewritten;

    public FilterTransform(
            FilterRules filterRules,
            TransformRules transformRules,
            FlushPolicy onFlush,
            TargetLanes lanes) {
        this.filterRules = filterRules;
        this.transformRules = transformRules;
        this.onFlush = onFlush;
        this.lanes = lanes;
    }

    @Override
    public void open(OpenContext context) {
        CommandTable table = CommandTable.standard();
        filter = new ChangeFilter(filterRules, transformRules, onFlush, lanes, table);
        transform = new ChangeTransform(transformRules, table);
        MetricGroup metrics = getRuntimeContext().getMetricGroup();
        filtered = metrics.counter(FILTERED_CHANGES);
        rewritten = metrics.counter(REWRITTEN_CHANGES);
    }

    @Override
    public void flatMap(Change change, Collector<Change> out) {
        Change passed = filter.apply(change);
        if (passed == null) {
            filtered.inc();
            return;
        }
        Change transformed = transform.apply(passed);
        if (transformed != change) {
            rewritten.inc();
        }
        out.collect(transformed);
    }
}
