using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Text.Json;

namespace Pipeline.ArchitectureTests.Packages;

/// <summary>What a portable PDB says about the sources that it was built from.</summary>
internal sealed class Symbols
{
    // https://github.com/dotnet/runtime/blob/main/docs/design/specs/PortablePdb-Metadata.md#source-link-c-and-vb-compilers
    private static readonly Guid SourceLinkKind = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");
    private static readonly Guid EmbeddedSourceKind = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    public Symbols(byte[] pdb)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbImage(ImmutableArray.Create(pdb));
        var reader = provider.GetMetadataReader();
        Documents =
        [
            .. from handle in reader.Documents
               let document = reader.GetDocument(handle)
               select (reader.GetString(document.Name), IsOfKind(reader, handle, EmbeddedSourceKind).Any()),
        ];
        SourceLinks = IsOfKind(reader, EntityHandle.ModuleDefinition, SourceLinkKind).SelectMany(ReadMap).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>The sources' paths, and if the PDB holds their text.</summary>
    public IReadOnlyList<(string Path, bool IsEmbedded)> Documents { get; }

    /// <summary>From patterns of paths to the addresses where they can be read.</summary>
    public IReadOnlyDictionary<string, string> SourceLinks { get; }

    private static IEnumerable<byte[]> IsOfKind(MetadataReader reader, EntityHandle parent, Guid kind) =>
        from handle in reader.GetCustomDebugInformation(parent)
        let information = reader.GetCustomDebugInformation(handle)
        where reader.GetGuid(information.Kind) == kind
        select reader.GetBlobBytes(information.Value);

    private static IEnumerable<KeyValuePair<string, string>> ReadMap(byte[] json) =>
        JsonDocument.Parse(json).RootElement.GetProperty("documents").EnumerateObject()
            .Select(link => KeyValuePair.Create(link.Name, link.Value.GetString()!));
}
