namespace Pipeline.ArchitectureTests.Clients;

/// <summary>A method or field, as the metadata of who calls it names it.</summary>
/// <param name="Type">The full name of the type that it is called on.</param>
/// <param name="Name">Its name.</param>
/// <param name="Signature">Its signature.</param>
internal sealed record ClientMember(string Type, string Name, string Signature)
{
    public override string ToString() => $"{Type}.{Name}: {Signature}";
}
