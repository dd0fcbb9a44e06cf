namespace Pipeline.Steps;

/// <summary>Ends the use of a <see cref="CallContext"/>: disposing it makes the context before it current again.</summary>
/// <remarks>The default value does nothing when it is disposed. Dispose once, in the method that called <see cref="CallContext.Use"/>.</remarks>
public readonly struct CallContextScope : IDisposable
{
    private readonly CallContext? _previous;
    private readonly bool _restores;

    internal CallContextScope(CallContext? previous)
    {
        _previous = previous;
        _restores = true;
    }

    /// <summary>Makes the context before this one current again.</summary>
    public void Dispose()
    {
        if (_restores)
        {
            CallContext.Restore(_previous);
        }
    }
}
