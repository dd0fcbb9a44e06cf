namespace Pipeline.Queues;

/// <summary>How queues stand in Redis, beyond what every backend's <see cref="QueueOptions"/> say.</summary>
/// <remarks>Copied when the queues are made; later changes have no effect.</remarks>
public sealed class RedisQueueOptions
{
    /// <summary>
    /// Into how many shards a queue is divided, by the queue's name: 1 to 256. Default: empty; a queue that is not named has one. For a queue that is
    /// larger, or busier, than one node of a cluster.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Every process must name the same number. To change it, empty the queue first: messages stay in the shard that they were put into, and fewer shards
    /// would leave some unread.
    /// </para>
    /// <para>
    /// On a sharded queue a call is one act, and one command, for each shard that it concerns. First in, first out, turns of tenants and capacity (an equal part) hold
    /// within a shard; the order of an ordering key holds as ever. A deduplication key works among messages that have the same ordering key, or none.
    /// </para>
    /// </remarks>
    public IDictionary<string, int> Shards { get; set; } = new Dictionary<string, int>(StringComparer.Ordinal);
}
