package io.redissync.chaos;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What can go wrong; each ends with nothing held, stopped or missing any more. */
enum Fault {
    TASK_MANAGER_KILLED(FlinkFaults::killTaskManager),
    TASK_MANAGER_STOPPED(FlinkFaults::stopTaskManager),
    JOB_MANAGER_KILLED(FlinkFaults::killJobManager),
    SAVEPOINT_AND_RESCALE(FlinkFaults::savepointAndRescale),
    OLD_SAVEPOINT(FlinkFaults::restoreOldSavepoint),
    CANCELLED_AND_STARTED(FlinkFaults::cancelAndStart),
    SUBMITTED_TWICE(FlinkFaults::submitTwice),
    LINK_CUT(EndFaults::cutLink),
    LINK_HELD(EndFaults::holdLink),
    SOURCE_SUSPENDED(EndFaults::suspendSource),
    SOURCE_RESTARTED(EndFaults::restartSource),
    TARGET_CONNECTIONS_CUT(EndFaults::cutTargetConnections),
    TARGET_SUSPENDED(EndFaults::suspendTarget),
    TARGET_KILLED(EndFaults::killTarget),
    TARGET_WENT_BACK(EndFaults::restoreTarget),
    TWO_AT_ONCE(TwoAtOnce::run),
    TWO_AT_ONCE_AGAIN(TwoAtOnce::run),
    /** From here on: those that force a full resync. */
    BACKLOG_LOST(ResyncFaults::loseBacklog),
    BACKLOG_LOST_WHILE_AWAY(ResyncFaults::loseBacklogWhileAway),
    RESYNC_INTERRUPTED(ResyncFaults::interruptResync),
    STOPPED_AND_BACKLOG_LOST(ResyncFaults::stopTaskManagerAndLoseBacklog),
    TARGET_EMPTIED(ResyncFaults::emptyTarget);

    /** Makes it happen; draws its details. */
    interface Action {
        void run(ChaosWorld world, Random random);
    }

    private final Action action;

    Fault(Action action) {
        this.action = action;
    }

    Action action() {
        return action;
    }

    /**
     * Those of a list of names, separated by commas.
     *
     * @throws IllegalArgumentException when there is no such fault
     */
    static List<Fault> named(String names) {
        return Arrays.stream(names.split(",")).map(Fault::valueOf).toList();
    }
}
