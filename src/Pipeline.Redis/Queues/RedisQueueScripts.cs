using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>The scripts of a queue. Each begins with what they share.</summary>
internal static class RedisQueueScripts
{
    public static readonly RedisScript Enqueue = Load("enqueue");
    public static readonly RedisScript Receive = Load("receive");
    public static readonly RedisScript Complete = Load("complete");
    public static readonly RedisScript CompleteWith = Load("complete-with");
    public static readonly RedisScript Renew = Load("renew");
    public static readonly RedisScript Abandon = Load("abandon");
    public static readonly RedisScript Held = Load("held");
    public static readonly RedisScript Stats = Load("stats");
    public static readonly RedisScript Dead = Load("dead");
    public static readonly RedisScript Leave = Load("leave");

    private static RedisScript Load(string name) => RedisScript.Load("Queues/queue.lua", $"Queues/{name}.lua");
}
