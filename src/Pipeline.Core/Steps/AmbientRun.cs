using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>
/// The run of a step that code is called in, for clients that report their usage to it. It flows with <see langword="await"/> and into tasks, and
/// outlives the run there: then it takes nothing any more. Thread safe.
/// </summary>
/// <remarks>Runs are made ambient only in suites with such clients, since that allocates.</remarks>
internal sealed class AmbientRun
{
    private static readonly AsyncLocal<AmbientRun?> Ambient = new();

    private readonly Lock _gate = new();
    private StepContext? _context;

    private AmbientRun(StepContext context) => _context = context;

    public static AmbientRun? Current => Ambient.Value;

    /// <summary>Makes a run that can be found, where there is a client to look for it.</summary>
    public static AmbientRun? Of(StepContext context, UsageMeter? meter) => meter is { HasClients: true } ? new(context) : null;

    public static void Restore(AmbientRun? outer) => Ambient.Value = outer;

    /// <summary>Makes it the current run, in an asynchronous method for as long as that runs, elsewhere until <see cref="Restore"/>.</summary>
    /// <returns>The run that was current before.</returns>
    public AmbientRun? Enter()
    {
        var outer = Ambient.Value;
        Ambient.Value = this;
        return outer;
    }

    /// <summary>Reports a call of a model to the run.</summary>
    /// <param name="usage">The tokens.</param>
    /// <param name="isKnown">Whether the provider told them.</param>
    /// <param name="model">The model.</param>
    /// <returns>Whether it still runs.</returns>
    public bool TryReport(in TokenUsage usage, bool isKnown, string? model)
    {
        lock (_gate)
        {
            if (isKnown)
            {
                _context?.ReportUsage(usage, model);
            }

            return _context is not null;
        }
    }

    /// <summary>Ends the run: its context may be used again for another.</summary>
    public void End()
    {
        lock (_gate)
        {
            _context = null;
        }
    }
}
