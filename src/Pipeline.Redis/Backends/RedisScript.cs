using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Backends;

/// <summary>A Lua script of this package. Immutable but for who is loading it just now; thread safe.</summary>
internal sealed class RedisScript
{
    private TaskCompletionSource? _loading;

    private RedisScript(string text)
    {
        Text = text;
#pragma warning disable CA5350 // Redis names scripts by their SHA-1; nothing is secured by it.
        Hash = SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
    }

    /// <summary>The script's source.</summary>
    public string Text { get; }

    /// <summary>What the server knows the script by.</summary>
    public byte[] Hash { get; }

    /// <summary>Reads a script that is embedded in this assembly.</summary>
    /// <param name="parts">The files, which follow each other in one script, for instance <c>Queues/receive.lua</c>.</param>
    public static RedisScript Load(params ReadOnlySpan<string> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream(part)
                ?? throw new InvalidOperationException($"The script '{part}' is not embedded in the assembly.");
            using var reader = new StreamReader(stream, Encoding.UTF8);
            text.Append(reader.ReadToEnd()).Append('\n');
        }

        return new RedisScript(text.ToString());
    }

    /// <summary>Lets one of several callers, whom a server told that it does not know the script, send it whole; the others wait for that.</summary>
    /// <returns>Whether the caller is the one. It then calls <see cref="EndLoading"/>, whatever happens.</returns>
    public bool TryBeginLoading(out Task others)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var former = Interlocked.CompareExchange(ref _loading, mine, null);
        others = (former ?? mine).Task;
        return former is null;
    }

    public void EndLoading() => Interlocked.Exchange(ref _loading, null)?.SetResult();
}
