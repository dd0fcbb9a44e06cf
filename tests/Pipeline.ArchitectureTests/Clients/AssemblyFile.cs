using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Pipeline.ArchitectureTests.Clients;

/// <summary>An assembly's metadata, read without loading the assembly.</summary>
internal sealed class AssemblyFile : IDisposable
{
    private readonly PEReader _file;

    public AssemblyFile(byte[] image)
    {
        _file = new PEReader([.. image]);
        Reader = _file.GetMetadataReader();
    }

    public MetadataReader Reader { get; }

    public static AssemblyFile Open(string path) => new(File.ReadAllBytes(path));

    public void Dispose() => _file.Dispose();
}
