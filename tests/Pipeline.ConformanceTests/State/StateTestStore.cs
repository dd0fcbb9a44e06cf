using Pipeline.State;

namespace Pipeline.Conformance.State;

/// <summary>
/// What a backend's author gives to <see cref="StateStoreConformance"/>, <see cref="IdempotencyConformance"/> and <see cref="TaskTrackerConformance"/>: how to open a
/// store on the backend, and how to move its time. Each test has one of its own.
/// </summary>
/// <remarks>
/// The facts never wait for a clock of their own: they give times in multiples of <see cref="Tick"/>, and move on with <see cref="AdvanceAsync"/>. In memory there is a
/// <see cref="ManualTimeProvider"/>; a real server is told what time it is where that is possible, and else <see cref="Tick"/> is short and the time really passes. What cannot be done is declared with the
/// reason, and the facts that need it are passed over.
/// </remarks>
public abstract class StateTestStore : IAsyncDisposable
{
    /// <summary>
    /// The unit of time of the facts, in whole milliseconds, 400 or more. Default: 1 second. A real server's must be long against a call: calls that follow each
    /// other must not take a quarter of it.
    /// </summary>
    public virtual TimeSpan Tick => TimeSpan.FromSeconds(1);

    /// <summary>
    /// How far the server's time may be from what the test asked for, because it moves by itself: zero for a manual clock. Default: a quarter of
    /// <see cref="Tick"/>.
    /// </summary>
    public virtual TimeSpan ClockTolerance => Tick / 4;

    /// <summary>
    /// Why the server's wall clock cannot be set; <see langword="null"/> where <see cref="SetServerTimeAsync"/> sets it. Default: that the server's clock is the machine's.
    /// </summary>
    public virtual string? CannotSetClock => "The server's clock is the machine's.";

    /// <summary>The clock of the processes that open the store: the one that <see cref="AdvanceAsync"/> moves. Default: the system's.</summary>
    public virtual TimeProvider ClientTime => TimeProvider.System;

    /// <summary>How many generated sequences are run, and from which seed. Default: 25 of 60 operations.</summary>
    public virtual GenerationSettings Generation => new();

    /// <summary>How often the concurrent facts repeat what they do, which bounds them. Default: 100.</summary>
    public virtual int Repetitions => 100;

    /// <summary>Prepares the backend. Called once before the test. The default does nothing.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Opens the store as a process would have it. Opening it twice gives two processes on the same data; a backend in memory, which has only one process, gives the
    /// same instance.
    /// </summary>
    /// <returns>The store. It is disposed in <see cref="DisposeAsync"/>, where it has something to dispose.</returns>
    public abstract ValueTask<IStateStore> OpenAsync();

    /// <summary>Lets the server's time pass.</summary>
    /// <param name="time">How much.</param>
    /// <returns>A task that completes when at least that much has passed; exactly that much under a manual clock.</returns>
    public abstract ValueTask AdvanceAsync(TimeSpan time);

    /// <summary>
    /// Sets the server's wall clock, forwards or backwards, without any time passing. Called only where <see cref="CannotSetClock"/> is <see langword="null"/>.
    /// </summary>
    /// <param name="utcNow">What it shows from now on.</param>
    /// <returns>A task that completes when it is set.</returns>
    public virtual ValueTask SetServerTimeAsync(DateTimeOffset utcNow) => throw new NotSupportedException(CannotSetClock);

    /// <summary>Disposes the stores and what else the test used.</summary>
    /// <returns>A task that completes when all is disposed.</returns>
    public abstract ValueTask DisposeAsync();
}
