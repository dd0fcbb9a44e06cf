using System.Reflection;

namespace Pipeline.ArchitectureTests.PublicApi;

/// <summary>
/// The nullable annotations of one signature, as the compiler stored them: a byte for each reference type in it, in the order in which
/// they are read (https://github.com/dotnet/roslyn/blob/main/docs/features/nullable-metadata.md).
/// </summary>
internal sealed class Nullability(byte[] flags)
{
    private const byte Annotated = 2;
    private const byte NotAnnotated = 1;
    private int _next;

    /// <summary>For what carries no annotations, such as a base type.</summary>
    public static Nullability None => new([0]);

    public static Nullability Of(MemberInfo member) => new(Flags(member.GetCustomAttributesData()) ?? [Context(member)]);

    public static Nullability Of(ParameterInfo parameter) => new(Flags(parameter.GetCustomAttributesData()) ?? [Context(parameter.Member)]);

    /// <summary>Says if a type parameter is constrained to be <c>notnull</c>.</summary>
    public static bool IsNotNull(Type typeParameter) =>
        (Flags(typeParameter.GetCustomAttributesData())?[0] ?? Context((MemberInfo?)typeParameter.DeclaringMethod ?? typeParameter.DeclaringType!)) == NotAnnotated;

    /// <summary>Takes the next byte and says if it is that of a <c>T?</c>.</summary>
    public bool TakeIsAnnotated() => (flags.Length == 1 ? flags[0] : flags[_next++]) == Annotated;

    private static byte Context(MemberInfo? member)
    {
        for (; member is not null; member = member.DeclaringType)
        {
            if (Find(member.GetCustomAttributesData(), "NullableContextAttribute") is { } context)
            {
                return (byte)context.ConstructorArguments[0].Value!;
            }
        }

        return 0;
    }

    private static byte[]? Flags(IEnumerable<CustomAttributeData> attributes) =>
        Find(attributes, "NullableAttribute")?.ConstructorArguments[0].Value switch
        {
            byte all => [all],
            IEnumerable<CustomAttributeTypedArgument> each => [.. each.Select(flag => (byte)flag.Value!)],
            _ => null,
        };

    private static CustomAttributeData? Find(IEnumerable<CustomAttributeData> attributes, string name) =>
        attributes.FirstOrDefault(attribute => string.Equals(attribute.AttributeType.Name, name, StringComparison.Ordinal));
}
