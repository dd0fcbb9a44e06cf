using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Pipeline.ArchitectureTests.PublicApi;

/// <summary>Writes types, parameters and constants as C# has them, without their namespaces.</summary>
internal static class ApiNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(char)] = "char",
        [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int",
        [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    public static string Type(Type type, Nullability nullability)
    {
        if (type.IsByRef)
        {
            return Type(type.GetElementType()!, nullability);
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Type(underlying, nullability) + "?";
        }

        // A value type that is not generic has no byte; every other type has one, even if it is always 0.
        var isAnnotated = (!type.IsValueType || type.IsGenericType) && nullability.TakeIsAnnotated();
        return Unannotated(type, nullability) + (isAnnotated ? "?" : "");
    }

    public static string Parameters(IEnumerable<ParameterInfo> parameters, bool isExtension = false) =>
        string.Join(", ", parameters.Select(parameter => (isExtension && parameter.Position == 0 ? "this " : "") + Parameter(parameter)));

    /// <summary>Writes the type parameters with their variance, or nothing.</summary>
    public static string TypeParameters(IReadOnlyCollection<Type> parameters) =>
        parameters.Count == 0 ? "" : $"<{string.Join(", ", parameters.Select(parameter => Variance(parameter) + parameter.Name))}>";

    public static string Constraints(IEnumerable<Type> parameters) =>
        string.Concat(
            from parameter in parameters
            let constraints = string.Join(", ", ConstraintsOf(parameter))
            where constraints.Length > 0
            select $" where {parameter.Name} : {constraints}");

    public static string Constant(object? value, Type type) => value switch
    {
        null => type is { IsValueType: true } && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
        string text => $"\"{text}\"",
        char character => $"'{character}'",
        bool truth => truth ? "true" : "false",
        int.MaxValue => "int.MaxValue",
        long.MaxValue => "long.MaxValue",
        _ when (Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: true } enumeration => $"{enumeration.Name}.{Enum.ToObject(enumeration, value)}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Unannotated(Type type, Nullability nullability)
    {
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        if (type.IsArray)
        {
            return $"{Type(type.GetElementType()!, nullability)}[{new string(',', type.GetArrayRank() - 1)}]";
        }

        var arguments = type.GetGenericArguments();
        if (type.IsGenericParameter || arguments.Length == 0)
        {
            return type is { IsNested: true, IsGenericParameter: false } ? $"{type.DeclaringType!.Name}.{type.Name}" : type.Name;
        }

        var list = string.Join(", ", arguments.Select(argument => Type(argument, nullability)));
        return type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true ? $"({list})" : $"{type.Name.Split('`')[0]}<{list}>";
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var kind = parameter switch
        {
            { IsOut: true } => "out ",
            { ParameterType.IsByRef: true, IsIn: true } => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) => "params ",
            _ => "",
        };
        var value = parameter.HasDefaultValue ? " = " + Constant(parameter.RawDefaultValue, parameter.ParameterType) : "";
        return $"{kind}{Type(parameter.ParameterType, Nullability.Of(parameter))} {parameter.Name}{value}";
    }

    private static string Variance(Type parameter) => (parameter.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
    {
        GenericParameterAttributes.Covariant => "out ",
        GenericParameterAttributes.Contravariant => "in ",
        _ => "",
    };

    private static IEnumerable<string> ConstraintsOf(Type parameter)
    {
        var attributes = parameter.GenericParameterAttributes;
        var isStruct = attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            yield return "class";
        }
        else if (isStruct)
        {
            yield return "struct";
        }
        else if (parameter.GetGenericParameterConstraints().Length == 0 && Nullability.IsNotNull(parameter))
        {
            yield return "notnull";
        }

        foreach (var constraint in parameter.GetGenericParameterConstraints().Where(constraint => constraint != typeof(ValueType)))
        {
            yield return Type(constraint, Nullability.None);
        }

        if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isStruct)
        {
            yield return "new()";
        }
    }
}
