using Pipeline.Learning;

namespace Pipeline.Conformance.Learning;

/// <summary>
/// What a backend's author gives to <see cref="LearningStoreConformance"/>: how to open a store of learnings on the backend, and how to move its
/// time. Each test has a store of its own.
/// </summary>
/// <remarks>
/// The facts never wait for a clock of their own: they give ages and validities in multiples of <see cref="Tick"/>, and move on with
/// <see cref="AdvanceAsync"/>. A store in memory has a <see cref="ManualTimeProvider"/>; a store on a real server tells its server what time it is where
/// that is possible, and else keeps <see cref="Tick"/> short and really waits.
/// </remarks>
public abstract class LearningTestStore : IAsyncDisposable
{
    /// <summary>The unit of time of the facts. Default: 1 second. A real server's must be long against a call.</summary>
    public virtual TimeSpan Tick => TimeSpan.FromSeconds(1);

    /// <summary>
    /// How far the server's time may be from what the test asked for, because it moves by itself: zero for a manual clock. Default: a
    /// quarter of <see cref="Tick"/>.
    /// </summary>
    public virtual TimeSpan ClockTolerance => Tick / 4;

    /// <summary>
    /// Why the backend can always be reached, as one in the process can; <see langword="null"/> where <see cref="OpenUnreachableAsync"/> opens a store on one
    /// that cannot. Default: <see langword="null"/>.
    /// </summary>
    public virtual string? CannotBeUnreachable => null;

    /// <summary>How many generated sequences are run, and from which seed. Default: 25 of 60 operations.</summary>
    public virtual GenerationSettings Generation => new();

    /// <summary>How often the concurrent facts repeat what they do, which bounds them. Default: 200.</summary>
    public virtual int Repetitions => 200;

    /// <summary>Prepares the backend. Called once before the test. The default does nothing.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Opens a store as a process would have it. Opening it twice gives two processes on the same data; a backend in memory, which has only one
    /// process, gives the same instance.
    /// </summary>
    /// <returns>The store. The test store disposes it in <see cref="DisposeAsync"/>, where it has something to dispose.</returns>
    public abstract ValueTask<ILearningStore> OpenAsync();

    /// <summary>
    /// Opens a store on a backend that does not answer. Called only where <see cref="CannotBeUnreachable"/> is <see langword="null"/>.
    /// </summary>
    /// <returns>The store.</returns>
    public virtual ValueTask<ILearningStore> OpenUnreachableAsync() => throw new NotSupportedException(CannotBeUnreachable);

    /// <summary>Lets the server's time pass.</summary>
    /// <param name="time">How much.</param>
    /// <returns>A task that completes when at least that much has passed; exactly that much under a manual clock.</returns>
    public abstract ValueTask AdvanceAsync(TimeSpan time);

    /// <summary>Reads the server's wall clock.</summary>
    /// <returns>The server's time.</returns>
    public abstract ValueTask<DateTimeOffset> GetServerTimeAsync();

    /// <summary>Disposes the stores and what else the test used.</summary>
    /// <returns>A task that completes when all is disposed.</returns>
    public abstract ValueTask DisposeAsync();
}
