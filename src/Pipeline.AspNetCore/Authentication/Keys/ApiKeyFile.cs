using System.Text;

namespace Pipeline.Authentication;

/// <summary>Reads the file of keys.</summary>
internal static class ApiKeyFile
{
    public const int MaxBytes = 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the file, at most as much as it may have.</summary>
    /// <returns>The content, or what is wrong with the file; neither where there is none to read.</returns>
    public static (byte[]? Content, string? Problem) Read(string? path)
    {
        if (path is null)
        {
            return default;
        }

        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (stream.Length > MaxBytes)
            {
                return (null, $"{nameof(ApiKeyOptions.File)}, '{path}', is larger than 1 MiB. Give a file of keys, one a line, or keep them in the store.");
            }

            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return (content, null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (null, $"{nameof(ApiKeyOptions.File)}, '{path}', cannot be read ({exception.GetType().Name}). Give the path of a file that the process may read.");
        }
    }

    /// <exception cref="DecoderFallbackException">It is not UTF-8.</exception>
    public static string Decode(byte[] content)
    {
        var preamble = Encoding.UTF8.Preamble;
        return Strict.GetString(content.AsSpan().StartsWith(preamble) ? content.AsSpan(preamble.Length) : content);
    }
}
