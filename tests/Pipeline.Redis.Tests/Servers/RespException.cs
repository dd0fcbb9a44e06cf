namespace Pipeline.Redis.Servers;

/// <summary>An error that Redis replied, such as <c>NOAUTH</c> or <c>READONLY</c>.</summary>
public sealed class RespException(string message) : Exception(message)
{
    /// <summary>Gets the first word of the error: its code.</summary>
    public string Code => Message.Split(' ')[0];
}
