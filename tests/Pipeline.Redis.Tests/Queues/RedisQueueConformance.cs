using Pipeline.Conformance.Queues;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.Queues;

public sealed class RedisQueueConformance() : QueueConformance(new RedisQueueTestStore(RedisTopologyKind.Node));
