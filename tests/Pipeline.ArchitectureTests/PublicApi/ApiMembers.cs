using System.Reflection;
using System.Runtime.CompilerServices;

namespace Pipeline.ArchitectureTests.PublicApi;

/// <summary>Writes the members of a type that its users or heirs can see, each on one line.</summary>
internal static class ApiMembers
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    public static IEnumerable<string> Of(Type type) =>
    [
        .. Sorted(type.GetFields(Declared).Where(field => IsSeen(field.Attributes & FieldAttributes.FieldAccessMask, type)).Select(Field)),
        .. Sorted(type.GetConstructors(Declared).Where(IsSeen).Select(Constructor)),
        .. Sorted(type.GetProperties(Declared).Where(property => property.GetAccessors(nonPublic: true).Any(IsSeen)).Select(Property)),
        .. Sorted(type.GetEvents(Declared).Where(member => IsSeen(member.AddMethod!)).Select(Event)),
        .. Sorted(type.GetMethods(Declared).Where(method => IsSeen(method) && IsWritten(method)).Select(Method)),
    ];

    private static IEnumerable<string> Sorted(IEnumerable<(string Name, string Line)> members) =>
        members.OrderBy(member => member.Name, StringComparer.Ordinal).ThenBy(member => member.Line, StringComparer.Ordinal).Select(member => member.Line);

    private static (string Name, string Line) Field(FieldInfo field)
    {
        var kind = field.IsLiteral ? "const " : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");
        var value = field.IsLiteral ? " = " + ApiNames.Constant(field.GetRawConstantValue(), field.FieldType) : "";
        return (field.Name, $"{(field.IsPublic ? "public" : "protected")} {Required(field)}{kind}{ApiNames.Type(field.FieldType, Nullability.Of(field))} {field.Name}{value}");
    }

    private static (string Name, string Line) Constructor(ConstructorInfo constructor) =>
        ("", $"{Access(constructor)} {constructor.DeclaringType!.Name.Split('`')[0]}({ApiNames.Parameters(constructor.GetParameters())})");

    private static (string Name, string Line) Property(PropertyInfo property)
    {
        var accessors = property.GetAccessors(nonPublic: true).Where(IsSeen).ToArray();
        var widest = accessors.FirstOrDefault(accessor => accessor.IsPublic) ?? accessors[0];
        var index = property.GetIndexParameters();
        var name = index.Length > 0 ? $"this[{ApiNames.Parameters(index)}]" : property.Name;
        var list = string.Concat(accessors.Select(accessor => (widest.IsPublic && !accessor.IsPublic ? "protected " : "") + Keyword(accessor) + "; "));
        return (property.Name, $"{Modifiers(widest)}{Required(property)}{ApiNames.Type(property.PropertyType, Nullability.Of(property))} {name} {{ {list}}}");
    }

    private static (string Name, string Line) Event(EventInfo member) =>
        (member.Name, $"{Modifiers(member.AddMethod!)}event {ApiNames.Type(member.EventHandlerType!, Nullability.Of(member))} {member.Name}");

    private static (string Name, string Line) Method(MethodInfo method)
    {
        var parameters = method.GetGenericArguments();
        var result = ApiNames.Type(method.ReturnType, Nullability.Of(method.ReturnParameter));
        var list = ApiNames.Parameters(method.GetParameters(), method.IsDefined(typeof(ExtensionAttribute)));
        return (method.Name,
            $"{Modifiers(method)}{(method.ReturnType.IsByRef ? "ref " : "")}{result} {method.Name}{ApiNames.TypeParameters(parameters)}({list}){ApiNames.Constraints(parameters)}");
    }

    private static string Modifiers(MethodBase method)
    {
        var access = Access(method) + " ";
        if (method.DeclaringType!.IsInterface)
        {
            // A member that implementors may leave out is told from one that they must write.
            return (method.IsStatic ? "static " : "") + (method.IsAbstract ? method.IsStatic ? "abstract " : "" : method.IsVirtual ? "virtual " : "");
        }

        var isOverride = method.IsVirtual && !method.Attributes.HasFlag(MethodAttributes.NewSlot);
        return access + method switch
        {
            { IsStatic: true } => "static ",
            { IsAbstract: true } => isOverride ? "abstract override " : "abstract ",
            _ when isOverride => method.IsFinal ? "sealed override " : "override ",
            { IsVirtual: true, IsFinal: false } => "virtual ",
            _ => "",
        };
    }

    private static string Keyword(MethodInfo accessor) =>
        accessor.Name.Contains("get_", StringComparison.Ordinal) ? "get"
        : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init" : "set";

    private static string Required(MemberInfo member) => member.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static bool IsSeen(MethodBase method) =>
        IsSeen((FieldAttributes)(method.Attributes & MethodAttributes.MemberAccessMask), method.DeclaringType!);

    // Fields and methods share the values of their access masks.
    private static bool IsSeen(FieldAttributes access, Type type) =>
        access is FieldAttributes.Public || (access is FieldAttributes.Family or FieldAttributes.FamORAssem && !type.IsSealed);

    // Accessors are shown by their property or event; what a record generates follows from its being a record.
    private static bool IsWritten(MethodInfo method) =>
        !method.IsDefined(typeof(CompilerGeneratedAttribute))
        && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal));
}
