namespace Pipeline.TestSupport.Proxying;

/// <summary>Bytes on their way through the proxy.</summary>
/// <typeparam name="TCommand">A command of the server's protocol.</typeparam>
/// <param name="Bytes">The bytes.</param>
/// <param name="Command">The command that they are, or whose reply they are, where something befalls it.</param>
/// <param name="Hold">Holds the bytes up, or null.</param>
/// <param name="Fault">Happens instead of passing the bytes on, or null.</param>
public readonly record struct Parcel<TCommand>(byte[] Bytes, TCommand? Command = null, CommandHold<TCommand>? Hold = null, CommandFault<TCommand>? Fault = null)
    where TCommand : class
{
    /// <summary>Gets when the bytes are due, by <see cref="System.Diagnostics.Stopwatch"/>.</summary>
    public long Due { get; init; }
}
