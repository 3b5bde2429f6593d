package io.redissync.check;

import io.redissync.connection.Address;
import io.redissync.connection.ConnectionSettings;
import io.redissync.connection.RedisConnection;
import io.redissync.connection.RedisError;
import io.redissync.connection.RedisErrorException;
import io.redissync.connection.Shard;
import java.io.IOException;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses ends that a sync would harm or that would harm it: a target that is a replica, that may
 * evict keys, that is a cluster, or that is one of the sources.
 *
 * @param shards the sources
 * @param source how to connect to them
 * @param target the target
 * @param targetConnection how to connect to it
 * @param eviction whether a target that may evict keys is accepted
 */
public record Precheck(
        List<Shard> shards,
        ConnectionSettings source,
        Address target,
        ConnectionSettings targetConnection,
        Eviction eviction)
        implements Serializable {

    private static final Logger LOG = LoggerFactory.getLogger(Precheck.class);
    private static final String CLIENT_NAME = "redis-sync:check";

    /** What to do with a target whose {@code maxmemory-policy} may evict. */
    public enum Eviction {
        REFUSED,
        ACCEPTED
    }

    /** More that the target is asked over the same connection. */
    @FunctionalInterface
    public interface TargetCheck {
        void verify(RedisConnection target) throws IOException;
    }

    /**
     * Connects to all ends and looks.
     *
     * @throws IOException when an end cannot be reached or must not be used; the message says which
     *     and what to do
     */
    public void verify(TargetCheck more) throws IOException {
        Map<String, String> runIds = new HashMap<>();
        try (RedisConnection connection = openTarget()) {
            Map<String, String> server = connection.info("server");
            refuseReplica(connection.info("replication"));
            refuseCluster(server);
            if (eviction == Eviction.REFUSED) {
                refuseEviction(connection);
            }
            runIds.put(server.getOrDefault("run_id", ""), "the target");
            more.verify(connection);
        } catch (RedisErrorException e) {
            throw new IOException(
                    "target: "
                            + e.getMessage()
                            + ". Check target.user, target.password and what its user may do",
                    e);
        }
        for (Shard shard : shards) {
            refuseSame(shard, runIds);
        }
    }

    private RedisConnection openTarget() throws IOException {
        try {
            return RedisConnection.open(target, targetConnection, CLIENT_NAME);
        } catch (RedisErrorException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("target: " + e.getMessage() + unreachable("target"), e);
        }
    }

    private static String unreachable(String end) {
        return ". Is it running, and are " + end + ".addresses and " + end + ".tls right?";
    }

    private void refuseReplica(Map<String, String> replication) throws IOException {
        if ("slave".equals(replication.get("role"))) {
            throw new IOException(
                    "target "
                            + target
                            + " is a replica of "
                            + replication.get("master_host")
                            + ":"
                            + replication.get("master_port")
                            + ": write to that master (target.addresses), or make the target a"
                            + " master (REPLICAOF NO ONE)");
        }
    }

    private void refuseCluster(Map<String, String> server) throws IOException {
        if ("cluster".equals(server.get("redis_mode"))) {
            throw new IOException(
                    "target "
                            + target
                            + " is a node of a Redis Cluster: this version writes to standalone"
                            + " targets only");
        }
    }

    private void refuseEviction(RedisConnection connection) throws IOException {
        String policy = connection.info("memory").get("maxmemory_policy");
        if (policy == null) {
            // Before 4.0 INFO does not tell.
            Object reply = connection.call("CONFIG", "GET", "maxmemory-policy");
            if (reply instanceof List<?> pair && pair.size() == 2) {
                policy = RedisConnection.asText(pair.get(1));
            }
        }
        if (policy == null) {
            LOG.warn("Target {} does not tell its maxmemory-policy", target);
        } else if (!policy.equals("noeviction")) {
            throw new IOException(
                    "target "
                            + target
                            + " may evict keys (maxmemory-policy "
                            + policy
                            + "), and what it evicts the sync does not bring back: CONFIG SET"
                            + " maxmemory-policy noeviction there, or accept it with"
                            + " target.allow-eviction: true");
        }
    }

    private void refuseSame(Shard shard, Map<String, String> runIds) throws IOException {
        Optional<String> runId;
        try (RedisConnection connection =
                RedisConnection.open(shard.address(), source, CLIENT_NAME)) {
            Object reply = connection.call("INFO", "server");
            if (reply instanceof RedisError error) {
                if (error.code().equals("NOAUTH")) {
                    throw new RedisErrorException("INFO", shard.address(), error);
                }
                LOG.warn(
                        "Source {} does not answer INFO ({}): whether it is the target is not known",
                        shard,
                        error.message());
                return;
            }
            runId = runId(RedisConnection.asText(reply));
        } catch (RedisErrorException e) {
            throw new IOException(
                    "source "
                            + shard
                            + ": "
                            + e.getMessage()
                            + ". Check source.user and source.password",
                    e);
        } catch (IOException e) {
            throw new IOException(
                    "source " + shard + ": " + e.getMessage() + unreachable("source"), e);
        }
        if (runId.isPresent()) {
            String other = runIds.putIfAbsent(runId.get(), "source " + shard);
            if (other != null) {
                throw new IOException(
                        "source "
                                + shard
                                + " and "
                                + other
                                + " are the same server (run_id "
                                + runId.get()
                                + "): a sync needs different ones");
            }
        }
    }

    private static Optional<String> runId(String info) {
        for (String line : info.split("\r?\n", -1)) {
            if (line.startsWith("run_id:")) {
                return Optional.of(line.substring("run_id:".length()));
            }
        }
        return Optional.empty();
    }
}
