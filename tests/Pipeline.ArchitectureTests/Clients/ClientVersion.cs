using System.Reflection;
using System.Reflection.Metadata;

namespace Pipeline.ArchitectureTests.Clients;

/// <summary>What one version of a client offers.</summary>
internal sealed class ClientVersion
{
    private readonly MetadataReader _reader;
    private readonly Dictionary<string, TypeDefinition> _types;

    public ClientVersion(AssemblyFile client)
    {
        _reader = client.Reader;
        _types = _reader.TypeDefinitions.Where(IsPublic).ToDictionary(type => SignatureText.NameOf(_reader, type), _reader.GetTypeDefinition, StringComparer.Ordinal);
    }

    /// <summary>Names what an assembly uses and this version does not have as it is used.</summary>
    public IEnumerable<string> Missing(ClientUse use) =>
    [
        .. use.Types.Where(type => !_types.ContainsKey(type)),
        .. use.Members.Where(member => !Has(member)).Select(member => member.ToString()),
    ];

    /// <summary>The names and values of an enum, which a compiler writes into the code of who uses them.</summary>
    public IReadOnlyDictionary<string, object?> Constants(string type) => _types.TryGetValue(type, out var found) && IsEnum(found)
        ? found.GetFields().Select(_reader.GetFieldDefinition)
            .Where(field => field.Attributes.HasFlag(FieldAttributes.Literal))
            .ToDictionary(field => _reader.GetString(field.Name), ValueOf, StringComparer.Ordinal)
        : new Dictionary<string, object?>(StringComparer.Ordinal);

    private bool Has(ClientMember member)
    {
        // The runtime looks at a class and those above it, but at an interface alone.
        for (var type = member.Type; type is not null && _types.TryGetValue(type, out var found); type = BaseOf(found))
        {
            if (MembersOf(found).Contains((member.Name, member.Signature)))
            {
                return true;
            }
        }

        return false;
    }

    private IEnumerable<(string Name, string Signature)> MembersOf(TypeDefinition type)
    {
        var methods = type.GetMethods().Select(_reader.GetMethodDefinition)
            .Where(method => (method.Attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public)
            .Select(method => (_reader.GetString(method.Name), SignatureText.Of(method.DecodeSignature(SignatureText.Instance, null))));
        var fields = type.GetFields().Select(_reader.GetFieldDefinition)
            .Where(field => (field.Attributes & FieldAttributes.FieldAccessMask) == FieldAttributes.Public)
            .Select(field => (_reader.GetString(field.Name), field.DecodeSignature(SignatureText.Instance, null)));
        return methods.Concat(fields);
    }

    private string? BaseOf(TypeDefinition type) => type.BaseType.Kind switch
    {
        HandleKind.TypeDefinition when !type.BaseType.IsNil => SignatureText.NameOf(_reader, (TypeDefinitionHandle)type.BaseType),
        HandleKind.TypeReference => SignatureText.NameOf(_reader, (TypeReferenceHandle)type.BaseType),
        _ => null,
    };

    private bool IsEnum(TypeDefinition type) => string.Equals(BaseOf(type), "System.Enum", StringComparison.Ordinal);

    private bool IsPublic(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        return (type.Attributes & TypeAttributes.VisibilityMask) switch
        {
            TypeAttributes.Public => true,
            TypeAttributes.NestedPublic => IsPublic(type.GetDeclaringType()),
            _ => false,
        };
    }

    private object? ValueOf(FieldDefinition field)
    {
        var constant = _reader.GetConstant(field.GetDefaultValue());
        return _reader.GetBlobReader(constant.Value).ReadConstant(constant.TypeCode);
    }
}
