using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Steps;

namespace Pipeline.Diagnostics;

/// <summary>Runs every check there is, and says what is wrong and how to mend it.</summary>
/// <remarks>
/// <para>
/// <c>AddPipeline</c> registers it: take it from the services. It knows the checks of all suites of the container, and every <see cref="IDoctorCheck"/>
/// that the host or a backend registered. It changes nothing, runs no worker, and may run against a system in production.
/// </para>
/// <para>
/// A check that throws, or has not answered in time, has an error in its place, which names the exception's type and nothing that it says; the
/// exception itself goes to the log. Names that two checks share are an error. Thread safe.
/// </para>
/// </remarks>
public sealed class Doctor
{
    private readonly IReadOnlyList<DoctorEntry> _entries;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Makes a doctor of one's own, for certain checks.</summary>
    /// <param name="checks">The checks.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="logger">Gets what checks throw; <see langword="null"/> for nobody.</param>
    public Doctor(IEnumerable<IDoctorCheck> checks, TimeProvider? timeProvider = null, ILogger<Doctor>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(checks);
        _entries = DoctorEntry.List(checks);
        _time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<Doctor>.Instance;
    }

    /// <summary>The names of all checks, in (ordinal) order.</summary>
    public IReadOnlyList<string> CheckNames => [.. _entries.Select(static entry => entry.Name)];

    /// <summary>Runs the checks.</summary>
    /// <param name="options">Which, and how; <see langword="null"/> for all, with the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found. Nothing that a check does makes this throw.</returns>
    /// <exception cref="ArgumentException">A pattern in <paramref name="options"/> matches no check.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<DoctorReport> RunAsync(DoctorRunOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= DoctorRunOptions.Default;
        var (chosen, skipped) = Select(options);
        var start = _time.GetTimestamp();
        var time = _time.GetUtcNow();
        var rows = new DoctorReportRow[chosen.Count];
        await Parallel.ForAsync(
            0,
            chosen.Count,
            new ParallelOptions { MaxDegreeOfParallelism = options.MaxParallelism, CancellationToken = cancellationToken },
            async (i, token) => rows[i] = await RunAsync(chosen[i], options.CheckTimeout, token).ConfigureAwait(false)).ConfigureAwait(false);
        return new DoctorReport(rows, [.. skipped.Select(static entry => entry.Name)], time, _time.GetElapsedTime(start));
    }

    /// <summary>The checks that options choose, and those that they leave out because they use the network.</summary>
    /// <exception cref="ArgumentException">A pattern matches no check.</exception>
    internal (IReadOnlyList<DoctorEntry> Chosen, IReadOnlyList<DoctorEntry> Skipped) Select(DoctorRunOptions options)
    {
        var names = CheckNames;
        DoctorPattern.ThrowIfIdle(options.Only, names, nameof(options));
        DoctorPattern.ThrowIfIdle(options.Except, names, nameof(options));
        var asked = _entries
            .Where(entry => options.Only.Count == 0 || options.Only.Any(pattern => DoctorPattern.Matches(pattern, entry.Name)))
            .Where(entry => !options.Except.Any(pattern => DoctorPattern.Matches(pattern, entry.Name)))
            .ToLookup(entry => options.SkipNetwork && entry.UsesNetwork);
        return ([.. asked[false]], [.. asked[true]]);
    }

    private async ValueTask<DoctorReportRow> RunAsync(DoctorEntry entry, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var result = entry.Check is { } check
            ? await RunAsync(entry.Name, check, timeout, cancellationToken).ConfigureAwait(false)
            : entry.Problem!;
        return new DoctorReportRow(entry.Name, result, _time.GetElapsedTime(start));
    }

    private async ValueTask<DoctorResult> RunAsync(string name, IDoctorCheck check, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // They live until the check has ended, which may be after its time: it may still use its token.
        var deadline = new CancellationTokenSource(timeout, _time);
        var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);

        var token = either.Token;

        // On the thread pool, so that a check which blocks its thread holds up nobody.
        var work = Task.Run(() => check.CheckAsync(token).AsTask(), CancellationToken.None);
        _ = work.ContinueWith(
            ended =>
            {
                _ = ended.Exception;
                either.Dispose();
                deadline.Dispose();
            },
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
        await Abandonable.WaitAsync(work, token).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (deadline.IsCancellationRequested)
        {
            return TimedOut(timeout);
        }

        try
        {
            return await work.ConfigureAwait(false) ?? NoResult(check);
        }
#pragma warning disable CA1031 // Whatever a check throws, the others run on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.DoctorCheckFailed(_logger, e, name);
            return DoctorResult.Error(
                $"The check itself failed with {e.GetType().Name}.",
                $"Read the exception in the log (event {Log.DoctorCheckFailedId.ToString(CultureInfo.InvariantCulture)}), mend what it names, and run the check again.");
        }
    }

    private static DoctorResult TimedOut(TimeSpan timeout) => DoctorResult.Error(
        string.Create(CultureInfo.InvariantCulture, $"The check gave no answer within {timeout.TotalSeconds:0.###} s."),
        "See whether what it looks at answers at all; if it is only slow, give the check more time (--timeout, or CheckTimeout).");

    private static DoctorResult NoResult(IDoctorCheck check) => DoctorResult.Error(
        "The check returned no result.", $"Let {check.GetType().Name}.CheckAsync return a DoctorResult.");
}
