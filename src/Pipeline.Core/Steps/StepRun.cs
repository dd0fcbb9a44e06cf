namespace Pipeline.Steps;

/// <summary>One run of a step that the cache asked for.</summary>
/// <param name="context">The run's own context. It is not pooled: what the step leaves behind may hold it for as long as it likes.</param>
internal sealed class StepRun(StepContext context)
{
    public StepContext Context => context;

    public bool HasEnded { get; private set; }

    public TimeSpan Duration { get; private set; }

    public Exception? Error { get; private set; }

    public void End(TimeSpan duration, Exception? error)
    {
        Duration = duration;
        Error = error;
        HasEnded = true;
    }
}
