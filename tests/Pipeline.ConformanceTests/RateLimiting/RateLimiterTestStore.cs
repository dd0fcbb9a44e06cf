using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting;

/// <summary>
/// What a backend's author gives to <see cref="RateLimiterConformance"/>: how to open a limiter on the backend, and how to move its time.
/// Each test has a store of its own.
/// </summary>
/// <remarks>
/// The facts never wait for a clock of their own: they give windows in multiples of <see cref="Tick"/>, and move on with
/// <see cref="AdvanceAsync"/>. A store in memory has a <see cref="ManualTimeProvider"/>; a store on a real server tells its server what time it is where
/// that is possible, and else keeps <see cref="Tick"/> short and really waits. What a store cannot do it declares with the reason, and the facts that need it are passed over.
/// </remarks>
public abstract class RateLimiterTestStore : IAsyncDisposable
{
    /// <summary>
    /// The unit of time of the facts, in whole milliseconds, 400 or more. Default: 1 second. A real server's must be long against a call:
    /// calls that follow each other must not take a quarter of it.
    /// </summary>
    public virtual TimeSpan Tick => TimeSpan.FromSeconds(1);

    /// <summary>
    /// How far the server's time may be from what the test asked for, because it moves by itself: zero for a manual clock. Default: a
    /// quarter of <see cref="Tick"/>. Durations that the limiter reports are compared with this tolerance.
    /// </summary>
    public virtual TimeSpan ClockTolerance => Tick / 4;

    /// <summary>
    /// The unit in which the server counts time, to which the limiter rounds durations up. Default: 1 microsecond. Under a manual clock the
    /// facts move on by whole units only.
    /// </summary>
    public virtual TimeSpan ClockUnit => TimeSpan.FromMicroseconds(1);

    /// <summary>
    /// Why the server's time can only be waited for, so that hours, days and months are out of reach; <see langword="null"/> where
    /// <see cref="AdvanceAsync"/> moves it as far as one likes. Default: that the server's clock is the machine's.
    /// </summary>
    public virtual string? CannotMoveTime => "The server's clock is the machine's.";

    /// <summary>
    /// Why the server's wall clock cannot be set; <see langword="null"/> where <see cref="SetServerTimeAsync"/> sets it. Default: that the
    /// server's clock is the machine's.
    /// </summary>
    public virtual string? CannotSetClock => "The server's clock is the machine's.";

    /// <summary>How many generated sequences are run, and from which seed. Default: 25 of 60 operations.</summary>
    public virtual GenerationSettings Generation => new();

    /// <summary>How often the concurrent facts repeat what they do, which bounds them. Default: 200.</summary>
    public virtual int Repetitions => 200;

    /// <summary>Prepares the backend. Called once before the test. The default does nothing.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Opens a limiter as a process would have it. Opening it twice gives two processes on the same data; a backend in memory, which has
    /// only one process, gives the same instance.
    /// </summary>
    /// <param name="clientClockOffset">
    /// How far the clock of that process is from the right time, up to five minutes either way. A backend in memory has one clock, and
    /// leaves this aside.
    /// </param>
    /// <returns>The limiter. The store disposes it in <see cref="DisposeAsync"/>, where it has something to dispose.</returns>
    public abstract ValueTask<IRateLimiter> OpenAsync(TimeSpan clientClockOffset);

    /// <summary>Lets the server's time pass.</summary>
    /// <param name="time">How much.</param>
    /// <returns>A task that completes when at least that much has passed; exactly that much under a manual clock.</returns>
    public abstract ValueTask AdvanceAsync(TimeSpan time);

    /// <summary>Reads the server's wall clock.</summary>
    /// <returns>The server's time.</returns>
    public abstract ValueTask<DateTimeOffset> GetServerTimeAsync();

    /// <summary>
    /// Sets the server's wall clock, forwards or backwards, without any time passing. Called only where <see cref="CannotSetClock"/> is
    /// <see langword="null"/>.
    /// </summary>
    /// <param name="utcNow">What it shows from now on.</param>
    /// <returns>A task that completes when it is set.</returns>
    public virtual ValueTask SetServerTimeAsync(DateTimeOffset utcNow) => throw new NotSupportedException(CannotSetClock);

    /// <summary>Disposes the limiters and what else the test used.</summary>
    /// <returns>A task that completes when all is disposed.</returns>
    public abstract ValueTask DisposeAsync();
}
