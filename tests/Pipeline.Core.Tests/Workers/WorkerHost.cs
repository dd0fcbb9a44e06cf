using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Steps;

namespace Pipeline.Workers;

/// <summary>A suite with one worker on one queue in memory: with a manual clock, observed queues, and logs that are kept.</summary>
internal sealed class WorkerHost : IAsyncDisposable
{
    public const string QueueName = "documents";
    public const int TimeLimit = 60_000;

    private readonly ServiceProvider _services;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public WorkerHost(Action<IPipelineBuilder> declare, IConfiguration? configuration = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Clock).AddSingleton<ILoggerFactory>(Logs);
        var builder = services.AddPipeline(configuration);
        builder.SetRole<IQueueProvider>("UseObservedQueues", provider => new ObservedQueueProvider(
            new InMemoryQueueProvider(provider.GetRequiredService<QueueCatalog>(), Clock)));
        declare(builder);
        _services = services.BuildServiceProvider();
    }

    public WorkerHost(
        Func<MessageContext, CancellationToken, ValueTask> handle,
        Action<QueueWorkerOptions>? worker = null,
        Action<QueueOptions>? queue = null,
        Action<IPipelineBuilder>? declare = null)
        : this(builder =>
        {
            builder.Services.AddSingleton(new DelegateHandler(handle));
            builder.AddQueue(QueueName, queue).AddWorker<DelegateHandler>(QueueName, LongLease + worker);
            declare?.Invoke(builder);
        })
    {
    }

    /// <summary>A lease that a test which moves the clock faster than the worker can follow does not run out.</summary>
    public static Action<QueueWorkerOptions> LongLease { get; } = options => options.Lease = QueueLimits.MaxLease;

    public ObservedClock Clock { get; } = new();

    public RecordingLogger Logs { get; } = new();

    public IServiceProvider Services => _services;

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public QueueWorker Worker => WorkerOf(QueueName);

    public ObservedQueue Queue => QueueOf(QueueName);

    /// <summary>What the run of the worker that <see cref="Start"/> began has become.</summary>
    public Task Running => _running;

    public QueueWorker WorkerOf(string name) => _services.GetRequiredKeyedService<QueueWorker>(name);

    public ObservedQueue QueueOf(string name) => (ObservedQueue)_services.GetRequiredKeyedService<IQueue>(name);

    public IQueue<T> TypedQueueOf<T>(string name) => _services.GetRequiredKeyedService<IQueue<T>>(name);

    public static QueueMessage Message(string body) => new(Encoding.UTF8.GetBytes(body));

    public static string TextOf(ReceivedMessage received) => Encoding.UTF8.GetString(received.Message.Body.Span);

    public async Task EnqueueAsync(params IEnumerable<string> bodies)
    {
        foreach (var batch in bodies.Select(Message).Chunk(QueueLimits.MaxBatchSize))
        {
            await Queue.EnqueueAsync(batch);
        }
    }

    public void Start() => _running = Worker.RunAsync(_stopping.Token);

    public void Stop() => _stopping.Cancel();

    /// <summary>Moves the clock on in small steps until something is done.</summary>
    public async Task PumpUntilAsync(Task done, TimeSpan? step = null)
    {
        while (!done.IsCompleted)
        {
            Clock.Advance(step ?? TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        await done;
    }

    public async Task<QueueStats> StatsAsync(string queue = QueueName) => await QueueOf(queue).Inner.GetStatsAsync();

    public async Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(string queue = QueueName) =>
        (await QueueOf(queue).DeadLetters.BrowseAsync(DeadLetterFilter.All, 1_000)).Items;

    /// <summary>Takes what is ready past the worker, as another process would.</summary>
    public async Task<IReadOnlyList<ReceivedMessage>> TakeAsync(int most = QueueLimits.MaxBatchSize) =>
        await Queue.Inner.ReceiveAsync(most, QueueLimits.MaxLease, TimeSpan.Zero);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (!_running.IsCompleted)
        {
            await PumpUntilAsync(_running, TimeSpan.FromSeconds(1));
        }

        await _services.DisposeAsync();
        _stopping.Dispose();
        Logs.Dispose();
    }
}
