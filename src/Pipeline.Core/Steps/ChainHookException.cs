namespace Pipeline.Steps;

/// <summary>A chain's hook threw. The inner exception is what it threw.</summary>
public sealed class ChainHookException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="hook">The hook's name.</param>
    /// <param name="step">The step before or after which it ran.</param>
    /// <param name="innerException">What the hook threw.</param>
    public ChainHookException(string hook, string step, Exception innerException)
        : base($"Hook '{hook}' failed at step '{step}' with {innerException?.GetType().Name}: {innerException?.Message}", innerException)
    {
        ArgumentException.ThrowIfNullOrEmpty(hook);
        ArgumentException.ThrowIfNullOrEmpty(step);
        ArgumentNullException.ThrowIfNull(innerException);
        Hook = hook;
        Step = step;
    }

    /// <summary>The hook's name.</summary>
    public string Hook { get; }

    /// <summary>The step before or after which it ran.</summary>
    public string Step { get; }
}
