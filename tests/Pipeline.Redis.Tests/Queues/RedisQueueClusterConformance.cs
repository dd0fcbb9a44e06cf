using Pipeline.Conformance.Queues;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.Queues;

public sealed class RedisQueueClusterConformance() : QueueConformance(new RedisQueueTestStore(RedisTopologyKind.Cluster));
