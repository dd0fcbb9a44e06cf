using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;

namespace Pipeline.ArchitectureTests.PublicApi;

/// <summary>Writes the public API of an assembly as text that reads like C#, in an order that does not depend on the build.</summary>
internal static class ApiPrinter
{
    public static string Print(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var room in assembly.GetExportedTypes().GroupBy(type => type.Namespace, StringComparer.Ordinal).OrderBy(room => room.Key, StringComparer.Ordinal))
        {
            text.Append("namespace ").Append(room.Key).Append(";\n\n");
            foreach (var type in room.OrderBy(type => type.FullName, StringComparer.Ordinal))
            {
                text.Append(Print(type)).Append('\n');
            }
        }

        return text.Length == 0 ? "// No public types.\n" : text.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>Writes one type: its head in the first column, then its members.</summary>
    public static string Print(Type type)
    {
        var text = new StringBuilder(Head(type)).Append('\n');
        foreach (var member in type.IsEnum ? EnumMembers(type) : IsDelegate(type) ? [] : ApiMembers.Of(type))
        {
            text.Append("    ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    private static string Head(Type type)
    {
        var parameters = type.GetGenericArguments();
        var name = (type.IsNested ? type.DeclaringType!.Name + "." : "") + type.Name.Split('`')[0] + ApiNames.TypeParameters(parameters);
        if (IsDelegate(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            var result = ApiNames.Type(invoke.ReturnType, Nullability.Of(invoke.ReturnParameter));
            return $"{Attributes(type)}public delegate {result} {name}({ApiNames.Parameters(invoke.GetParameters())}){ApiNames.Constraints(parameters)}";
        }

        var bases = Bases(type).ToArray();
        return $"{Attributes(type)}public {Kind(type)} {name}{(bases.Length == 0 ? "" : " : " + string.Join(", ", bases))}{ApiNames.Constraints(parameters)}";
    }

    private static string Kind(Type type)
    {
        var isRecord = type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is not null;
        return type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } =>
                (type.IsDefined(typeof(System.Runtime.CompilerServices.IsReadOnlyAttribute)) ? "readonly " : "") +
                (type.IsByRefLike ? "ref " : "") + (isRecord ? "record struct" : "struct"),
            { IsAbstract: true, IsSealed: true } => "static class",
            _ => (type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + (isRecord ? "record" : "class"),
        };
    }

    private static IEnumerable<string> Bases(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetUnderlyingType(type) == typeof(int) ? [] : [ApiNames.Type(Enum.GetUnderlyingType(type), Nullability.None)];
        }

        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var all = type.GetInterfaces();
        var own = all.Except(inherited)
            .Where(contract => contract.IsVisible && !all.Any(other => other.GetInterfaces().Contains(contract)) && !IsEquatableToItself(contract, type))
            .Select(contract => ApiNames.Type(contract, Nullability.None))
            .Order(StringComparer.Ordinal);
        return type is { IsClass: true, BaseType: { } parent } && parent != typeof(object) ? own.Prepend(ApiNames.Type(parent, Nullability.None)) : own;
    }

    private static bool IsEquatableToItself(Type contract, Type type) =>
        contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IEquatable<>) && contract.GenericTypeArguments[0] == type;

    private static IEnumerable<string> EnumMembers(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => $"{field.Name} = {field.GetRawConstantValue()}");

    private static string Attributes(Type type) =>
        (type.IsDefined(typeof(FlagsAttribute)) ? "[Flags] " : "") +
        (type.IsDefined(typeof(ObsoleteAttribute)) ? "[Obsolete] " : "") +
        (type.GetCustomAttribute<ExperimentalAttribute>() is { } experimental ? $"[Experimental(\"{experimental.DiagnosticId}\")] " : "");

    private static bool IsDelegate(Type type) => type.BaseType == typeof(MulticastDelegate);
}
