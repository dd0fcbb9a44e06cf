using System.IO.Compression;
using System.Text;
using Quickstart.Documents;

namespace Quickstart.Ingestion;

/// <summary>Two documents of the sample's own in a temporary folder, so that what can go wrong is seen in every run.</summary>
internal sealed class Specimens : IDisposable
{
    private const string DamagedText =
        """
        # Notes of a lighthouse keeper

        The lamp was lit at dusk. A fog came in from the north-west before midnight, so the horn sounded every forty seconds until dawn.
        Three ships passed: two herring boats, and the mail steamer, which answered the horn and kept well clear of the reef.

        At first light the glass was cleaned of salt, the clockwork was wound, and eleven litres of oil were carried up the tower.
        """;

    private const string FlakyText =
        """
        # Instructions for the relief keeper

        Wind the clockwork every four hours. Trim the wick at midnight. If the lamp fails, light the spare lantern first and mend the lamp
        afterwards: a weak light is better than none.
        """;

    private const string FolderPrefix = "pipeline-quickstart-";
    private const string FlakyName = "lighthouse-instructions.md";

    private readonly QueueHome _home;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory(FolderPrefix);

    public Specimens(QueueHome home)
    {
        _home = home;
        var whole = Compress(DamagedText);
        File.WriteAllBytes(DamagedPath, whole[..(whole.Length / 2)]);
        File.WriteAllText(FlakyPath, FlakyText);
    }

    /// <summary>A gzip file that was cut off in the middle.</summary>
    public string DamagedPath => Path.Combine(_folder.FullName, "lighthouse-notes.md.gz");

    /// <summary>A sound file whose first read is made to fail.</summary>
    public string FlakyPath => Path.Combine(_folder.FullName, FlakyName);

    public IReadOnlyList<string> Paths => [DamagedPath, FlakyPath];

    /// <summary>Set when nobody works on them any more.</summary>
    public bool AreDone { get; set; }

    /// <summary>Whether it is the flaky specimen, of whichever process.</summary>
    public static bool IsFlaky(Document document) =>
        Path.GetFileName(document.Path) is FlakyName
        && Path.GetFileName(Path.GetDirectoryName(document.Path))!.StartsWith(FolderPrefix, StringComparison.Ordinal);

    /// <summary>Whether it is the damaged specimen of this process, which alone mends it.</summary>
    public bool IsDamaged(DeadDocument document) => string.Equals(document.Path, DamagedPath, StringComparison.Ordinal);

    /// <summary>Writes the damaged file again, whole.</summary>
    public Task MendAsync(CancellationToken cancellationToken) => File.WriteAllBytesAsync(DamagedPath, Compress(DamagedText), cancellationToken);

    /// <summary>Deletes them, unless another process may still have to read them.</summary>
    public void Dispose()
    {
        if (AreDone || !_home.IsShared)
        {
            _folder.Delete(recursive: true);
        }
    }

    private static byte[] Compress(string text)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return compressed.ToArray();
    }
}
