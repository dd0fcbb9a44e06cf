using Pipeline.Backends;
using Pipeline.Queues;
using Pipeline.Redis.Fixtures;
using StackExchange.Redis;

namespace Pipeline.Redis.Queues;

/// <summary>A process that uses one queue: a connection and a provider of its own.</summary>
internal sealed class RedisQueueProcess : IAsyncDisposable
{
    public const string QueueName = "documents";

    private readonly RedisQueueProvider _provider;

    private RedisQueueProcess(RedisConnection connection, RedisQueueProvider provider)
    {
        Connection = connection;
        _provider = provider;
    }

    public RedisConnection Connection { get; }

    public RedisQueue Queue => (RedisQueue)_provider.GetQueue(QueueName);

    /// <summary>The queue's keys begin with this.</summary>
    public string Key => Queue.Key.ToString();

    public static RedisQueueProcess Open(
        ConfigurationOptions server, string prefix, QueueOptions? options = null, Action<RedisOptions>? configure = null, TimeProvider? time = null)
    {
        var connection = RedisTestClient.Connect(server, prefix, configure, time);
        return new RedisQueueProcess(
            connection, new RedisQueueProvider(connection, new QueueCatalog(new QueueDefinition(QueueName, options ?? new QueueOptions())), new RedisQueueOptions()));
    }

    public static QueueMessage Message(string body, string? key = null, string tenant = "default") =>
        new(System.Text.Encoding.UTF8.GetBytes(body)) { OrderingKey = key, Tenant = tenant };

    public static string Body(ReceivedMessage message) => System.Text.Encoding.UTF8.GetString(message.Message.Body.Span);

    public ValueTask<IReadOnlyList<ReceivedMessage>> ReceiveAsync(int most = 100) => Queue.ReceiveAsync(most, TimeSpan.FromMinutes(1), TimeSpan.Zero);

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
