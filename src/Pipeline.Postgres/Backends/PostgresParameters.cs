using Npgsql;
using NpgsqlTypes;

namespace Pipeline.Backends;

/// <summary>Adds parameters by position, each with its type said, so that neither a null nor an empty array leaves it open.</summary>
internal static class PostgresParameters
{
    public static NpgsqlParameterCollection Bool(this NpgsqlParameterCollection parameters, bool value) => Add(parameters, NpgsqlDbType.Boolean, value);

    public static NpgsqlParameterCollection Int(this NpgsqlParameterCollection parameters, int value) => Add(parameters, NpgsqlDbType.Integer, value);

    public static NpgsqlParameterCollection Int(this NpgsqlParameterCollection parameters, int? value) => Add<object>(parameters, NpgsqlDbType.Integer, value is { } known ? known : DBNull.Value);

    public static NpgsqlParameterCollection Long(this NpgsqlParameterCollection parameters, long value) => Add(parameters, NpgsqlDbType.Bigint, value);

    public static NpgsqlParameterCollection Long(this NpgsqlParameterCollection parameters, long? value) => Add<object>(parameters, NpgsqlDbType.Bigint, value is { } known ? known : DBNull.Value);

    public static NpgsqlParameterCollection Text(this NpgsqlParameterCollection parameters, string? value) => Add<object>(parameters, NpgsqlDbType.Text, value is null ? DBNull.Value : value);

    public static NpgsqlParameterCollection Bytes(this NpgsqlParameterCollection parameters, ReadOnlyMemory<byte> value) => Add(parameters, NpgsqlDbType.Bytea, value);

    public static NpgsqlParameterCollection BytesOrNull(this NpgsqlParameterCollection parameters, byte[]? value) => Add<object>(parameters, NpgsqlDbType.Bytea, value is null ? DBNull.Value : value);

    public static NpgsqlParameterCollection Id(this NpgsqlParameterCollection parameters, Guid? value) => Add<object>(parameters, NpgsqlDbType.Uuid, value is { } known ? known : DBNull.Value);

    public static NpgsqlParameterCollection Ids(this NpgsqlParameterCollection parameters, Guid[]? values) => Add<object>(parameters, NpgsqlDbType.Array | NpgsqlDbType.Uuid, values is null ? DBNull.Value : values);

    public static NpgsqlParameterCollection Ints(this NpgsqlParameterCollection parameters, int[] values) => Add(parameters, NpgsqlDbType.Array | NpgsqlDbType.Integer, values);

    public static NpgsqlParameterCollection Shorts(this NpgsqlParameterCollection parameters, short[] values) => Add(parameters, NpgsqlDbType.Array | NpgsqlDbType.Smallint, values);

    public static NpgsqlParameterCollection Longs(this NpgsqlParameterCollection parameters, long[] values) => Add(parameters, NpgsqlDbType.Array | NpgsqlDbType.Bigint, values);

    public static NpgsqlParameterCollection Longs(this NpgsqlParameterCollection parameters, long?[] values) => Add(parameters, NpgsqlDbType.Array | NpgsqlDbType.Bigint, values);

    public static NpgsqlParameterCollection Texts(this NpgsqlParameterCollection parameters, string?[] values) => Add(parameters, NpgsqlDbType.Array | NpgsqlDbType.Text, values);

    public static NpgsqlParameterCollection ManyBytes(this NpgsqlParameterCollection parameters, byte[]?[] values) => Add(parameters, NpgsqlDbType.Array | NpgsqlDbType.Bytea, values);

    public static NpgsqlParameterCollection Reals(this NpgsqlParameterCollection parameters, float[] values) => Add(parameters, NpgsqlDbType.Array | NpgsqlDbType.Real, values);

    public static NpgsqlParameterCollection Double(this NpgsqlParameterCollection parameters, double? value) => Add<object>(parameters, NpgsqlDbType.Double, value is { } known ? known : DBNull.Value);

    public static NpgsqlParameterCollection JsonPath(this NpgsqlParameterCollection parameters, string value) => Add(parameters, NpgsqlDbType.JsonPath, value);

    private static NpgsqlParameterCollection Add<T>(NpgsqlParameterCollection parameters, NpgsqlDbType type, T value)
    {
        parameters.Add(new NpgsqlParameter<T> { NpgsqlDbType = type, TypedValue = value });
        return parameters;
    }
}
