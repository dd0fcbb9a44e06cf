using System.Reflection.Metadata;

namespace Pipeline.ArchitectureTests.Clients;

/// <summary>What an assembly refers to in another one.</summary>
internal sealed class ClientUse
{
    private readonly MetadataReader _reader;
    private readonly string _client;

    /// <param name="user">The assembly.</param>
    /// <param name="client">The name of the other assembly.</param>
    public ClientUse(AssemblyFile user, string client) => (_reader, _client) = (user.Reader, client);

    /// <summary>The full names of the types.</summary>
    public IEnumerable<string> Types => _reader.TypeReferences.Where(IsOfClient).Select(type => SignatureText.NameOf(_reader, type));

    /// <summary>The methods and fields.</summary>
    public IEnumerable<ClientMember> Members =>
        from handle in _reader.MemberReferences
        let member = _reader.GetMemberReference(handle)
        let type = TypeOf(member.Parent)
        where type is not null
        select new ClientMember(
            type,
            _reader.GetString(member.Name),
            member.GetKind() == MemberReferenceKind.Field
                ? member.DecodeFieldSignature(SignatureText.Instance, null)
                : SignatureText.Of(member.DecodeMethodSignature(SignatureText.Instance, null)));

    /// <summary>The assembly's own types that derive from, or implement, one of the other assembly's: a new abstract member would break them.</summary>
    public IEnumerable<string> Derived =>
        from handle in _reader.TypeDefinitions
        let type = _reader.GetTypeDefinition(handle)
        let parents = type.GetInterfaceImplementations().Select(one => _reader.GetInterfaceImplementation(one).Interface).Append(type.BaseType)
        where parents.Any(parent => TypeOf(parent) is not null)
        select SignatureText.NameOf(_reader, handle);

    private string? TypeOf(EntityHandle type) => type.Kind switch
    {
        HandleKind.TypeReference when IsOfClient((TypeReferenceHandle)type) => SignatureText.NameOf(_reader, (TypeReferenceHandle)type),
        HandleKind.TypeSpecification => GenericTypeOf((TypeSpecificationHandle)type),
        _ => null,
    };

    private string? GenericTypeOf(TypeSpecificationHandle type)
    {
        var name = _reader.GetTypeSpecification(type).DecodeSignature(SignatureText.Instance, null).Split('<')[0];
        return Types.Contains(name, StringComparer.Ordinal) ? name : null;
    }

    private bool IsOfClient(TypeReferenceHandle handle)
    {
        var scope = _reader.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.TypeReference => IsOfClient((TypeReferenceHandle)scope),
            HandleKind.AssemblyReference => _reader.StringComparer.Equals(_reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name, _client),
            _ => false,
        };
    }
}
