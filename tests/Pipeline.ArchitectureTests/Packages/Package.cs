using System.IO.Compression;
using System.Xml.Linq;

namespace Pipeline.ArchitectureTests.Packages;

/// <summary>A package, opened for reading.</summary>
internal sealed class Package : IDisposable
{
    private readonly ZipArchive _archive;

    public Package(string path)
    {
        _archive = ZipFile.OpenRead(path);
        var nuspec = _archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal));
        using var stream = nuspec.Open();
        Metadata = XElement.Load(stream).Elements().Single();
    }

    /// <summary>The <c>metadata</c> element of the manifest.</summary>
    public XElement Metadata { get; }

    public string? Commit => (string?)Element("repository")?.Attribute("commit");

    /// <summary>The packages that this one brings along, as <c>id version</c>.</summary>
    public IEnumerable<(string Id, string Version)> Dependencies =>
        Metadata.Descendants(Metadata.Name.Namespace + "dependency")
            .Select(dependency => ((string)dependency.Attribute("id")!, (string)dependency.Attribute("version")!));

    public XElement? Element(string name) => Metadata.Element(Metadata.Name.Namespace + name);

    public byte[] Read(string path)
    {
        var entry = _archive.GetEntry(path) ?? throw new FileNotFoundException($"The package has no {path}.", path);
        using var stream = entry.Open();
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    public void Dispose() => _archive.Dispose();
}
