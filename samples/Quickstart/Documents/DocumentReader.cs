namespace Quickstart.Documents;

/// <summary>Reads a file as text, whatever its encoding, compressed or not.</summary>
internal static class DocumentReader
{
    /// <summary>The longest file that is read, and the longest content of a compressed one: 8 MiB.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    /// <exception cref="InvalidDataException">The file is no text that could be read; the message says why.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="IOException">The file could not be read this time.</exception>
    public static async Task<DocumentText> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var length = new FileInfo(path).Length;
        switch (length)
        {
            // Also what pipes and devices say of themselves, and to open one of those could wait for ever.
            case 0:
                throw new InvalidDataException("empty");
            case > MaxBytes:
                throw new InvalidDataException($"longer than {MaxBytes / (1024 * 1024)} MiB");
        }

        var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        var (text, encoding) = TextDecoder.Decode(Gzip.IsGzip(bytes) ? Gzip.Decompress(bytes, MaxBytes) : bytes);
        return new DocumentText(text, encoding, length);
    }
}
