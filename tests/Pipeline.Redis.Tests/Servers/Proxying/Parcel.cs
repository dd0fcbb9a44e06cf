namespace Pipeline.Redis.Servers.Proxying;

/// <summary>Bytes on their way through the proxy.</summary>
/// <param name="Bytes">The bytes.</param>
/// <param name="Command">The command that they are, or whose reply they are, where something befalls it.</param>
/// <param name="Hold">Holds the bytes up, or null.</param>
/// <param name="Fault">Happens instead of passing the bytes on, or null.</param>
internal readonly record struct Parcel(byte[] Bytes, RedisCommand? Command = null, CommandHold? Hold = null, CommandFault? Fault = null)
{
    /// <summary>Gets when the bytes are due, by <see cref="System.Diagnostics.Stopwatch"/>.</summary>
    public long Due { get; init; }
}
