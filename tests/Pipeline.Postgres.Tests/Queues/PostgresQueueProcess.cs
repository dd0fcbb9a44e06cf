using Pipeline.Backends;
using Pipeline.Postgres.Fixtures;
using Pipeline.Queues;

namespace Pipeline.Postgres.Queues;

/// <summary>A process that uses two queues: connections and a provider of its own.</summary>
internal sealed class PostgresQueueProcess : IAsyncDisposable
{
    public const string QueueName = "documents";
    public const string NextName = "next";

    private readonly PostgresQueueProvider _provider;

    private PostgresQueueProcess(PostgresConnection connection, PostgresQueueProvider provider)
    {
        Connection = connection;
        _provider = provider;
    }

    public PostgresConnection Connection { get; }

    public PostgresQueue Queue => (PostgresQueue)_provider.GetQueue(QueueName);

    public PostgresQueue Next => (PostgresQueue)_provider.GetQueue(NextName);

    public static PostgresQueueProcess Open(string connectionString, QueueOptions? options = null, Action<PostgresOptions>? configure = null)
    {
        var connection = PostgresTestClient.Connect(connectionString, configure);
        return new PostgresQueueProcess(
            connection,
            new PostgresQueueProvider(connection, new QueueCatalog(new QueueDefinition(QueueName, options ?? new QueueOptions()), new QueueDefinition(NextName, new QueueOptions()))));
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
