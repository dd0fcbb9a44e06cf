using Pipeline.Queues;

namespace Pipeline.Conformance.Queues;

/// <summary>
/// What a backend's author gives to <see cref="QueueConformance"/>: how to open a queue provider on the backend, and how to move its
/// time. Each test has a store of its own.
/// </summary>
/// <remarks>
/// The facts never wait for a clock of their own: they give leases and delays in multiples of <see cref="Tick"/>, and move on with
/// <see cref="AdvanceAsync"/>. A store in memory has a <see cref="ManualTimeProvider"/>; a store on a real server tells its server what time it is where
/// that is possible, and else keeps <see cref="Tick"/> short and really waits.
/// </remarks>
public abstract class QueueTestStore : IAsyncDisposable
{
    /// <summary>
    /// The unit of time of the facts, 400 milliseconds or more. Default: 1 second. A real server's must be long against a call: calls
    /// that follow each other must not take a quarter of it.
    /// </summary>
    public virtual TimeSpan Tick => TimeSpan.FromSeconds(1);

    /// <summary>
    /// How far the server's time may be from what the test asked for, because it moves by itself: zero for a manual clock. Default: a
    /// quarter of <see cref="Tick"/>. Times that the backend reports are compared with this tolerance, and a generated sequence that took
    /// so much longer ends there.
    /// </summary>
    public virtual TimeSpan ClockTolerance => Tick / 4;

    /// <summary>
    /// Whether a call can take effect and its answer be lost, as between a process and its server. Default: <see langword="true"/>. Where
    /// it can, an enqueue that is repeated within five minutes adds nothing twice even if its messages are done already.
    /// </summary>
    public virtual bool CanLoseAnswers => true;

    /// <summary>
    /// Whether a completion and its follow-ups in another queue are always one act. Default: <see langword="true"/>. Where they are not, as on the hash slots of a
    /// cluster, the follow-ups of a completion whose lease was lost meanwhile may exist.
    /// </summary>
    public virtual bool AddsFollowUpsInOneAct => true;

    /// <summary>How many generated sequences are run, and from which seed. Default: 25 of 60 operations.</summary>
    public virtual GenerationSettings Generation => new();

    /// <summary>How often the concurrent facts repeat what they do, which bounds them. Default: 200.</summary>
    public virtual int Repetitions => 200;

    /// <summary>How many messages one tenant has waiting when another sends one. Default: 10,000.</summary>
    public virtual int FloodSize => 10_000;

    /// <summary>Prepares the backend. Called once before the test. The default does nothing.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Opens a provider as a process would have it. Opening a catalog twice gives two processes on the same data; a backend in memory,
    /// which has only one process, gives the same instance.
    /// </summary>
    /// <param name="catalog">The queues. Their names are unique to the test.</param>
    /// <returns>The provider. The store disposes it in <see cref="DisposeAsync"/>.</returns>
    public abstract ValueTask<IQueueProvider> OpenAsync(QueueCatalog catalog);

    /// <summary>Lets the server's time pass.</summary>
    /// <param name="time">How much.</param>
    /// <returns>A task that completes when at least that much has passed.</returns>
    public abstract ValueTask AdvanceAsync(TimeSpan time);

    /// <summary>Reads the server's clock.</summary>
    /// <returns>The server's time.</returns>
    public abstract ValueTask<DateTimeOffset> GetServerTimeAsync();

    /// <summary>
    /// Lets calls that were begun and not awaited reach the server, for facts about the order of those that wait. The default returns
    /// at once, which is right where a call begins before its method returns.
    /// </summary>
    /// <returns>A task that completes when the calls have arrived.</returns>
    public virtual ValueTask SettleAsync() => ValueTask.CompletedTask;

    /// <summary>Disposes the providers and what else the test used.</summary>
    /// <returns>A task that completes when all is disposed.</returns>
    public abstract ValueTask DisposeAsync();
}
