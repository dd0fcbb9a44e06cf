using Pipeline.Conformance.Queues;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.Queues;

public sealed class RedisQueueSlowNodeConformance() : QueueConformance(new RedisQueueTestStore(RedisTopologyKind.SlowNode));
