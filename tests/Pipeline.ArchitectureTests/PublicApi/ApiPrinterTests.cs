using System.Diagnostics.CodeAnalysis;
using FluentAssertions;
using Xunit;

namespace Pipeline.ArchitectureTests.PublicApi;

/// <summary>The printer shows what a caller can come to depend on.</summary>
[SuppressMessage("Design", "CA1034:Nested types should not be visible", Justification = "They are printed.")]
public sealed class ApiPrinterTests
{
    public interface IStore<in TKey, out TValue> : IAsyncDisposable
        where TKey : notnull
        where TValue : class?, new()
    {
        int Count => 0;

        ValueTask<string?> FindAsync(TKey key, IReadOnlyDictionary<string, string?>? tags = null, CancellationToken cancellationToken = default);
    }

    public abstract class Shelf(int size)
    {
        public const int MaxSize = 10;

        protected Shelf()
            : this(1)
        {
        }

        public required string? Name { get; init; }

        public int Size { get; protected set; } = size;

        public abstract bool TryTake([NotNullWhen(true)] out string? value, params ReadOnlySpan<int> places);

        public override string ToString() => "";

        private protected static void Hidden()
        {
        }
    }

    public readonly record struct Place(int Row, DayOfWeek Day = DayOfWeek.Monday);

    public delegate T? Pick<T>(in Place place, T[]? from);

    [Fact]
    public void An_interface_shows_variance_constraints_defaults_and_nullability() =>
        ApiPrinter.Print(typeof(IStore<,>)).Should().Be(
            """
            public interface ApiPrinterTests.IStore<in TKey, out TValue> : IAsyncDisposable where TKey : notnull where TValue : class, new()
                virtual int Count { get; }
                ValueTask<string?> FindAsync(TKey key, IReadOnlyDictionary<string, string?>? tags = null, CancellationToken cancellationToken = default)

            """);

    [Fact]
    public void A_class_shows_what_its_heirs_see_and_hides_the_rest() =>
        ApiPrinter.Print(typeof(Shelf)).Should().Be(
            """
            public abstract class ApiPrinterTests.Shelf
                public const int MaxSize = 10
                protected Shelf()
                protected Shelf(int size)
                public required string? Name { get; init; }
                public int Size { get; protected set; }
                public override string ToString()
                public abstract bool TryTake(out string? value, params ReadOnlySpan<int> places)

            """);

    [Fact]
    public void A_record_shows_what_was_written_not_what_was_generated() =>
        ApiPrinter.Print(typeof(Place)).Should().Be(
            """
            public readonly record struct ApiPrinterTests.Place
                public Place(int Row, DayOfWeek Day = DayOfWeek.Monday)
                public DayOfWeek Day { get; init; }
                public int Row { get; init; }

            """);

    [Fact]
    public void A_delegate_is_one_line() =>
        ApiPrinter.Print(typeof(Pick<>)).Should().Be("public delegate T? ApiPrinterTests.Pick<T>(in Place place, T[]? from)\n"
            .Replace("in Place", "in ApiPrinterTests.Place", StringComparison.Ordinal));
}
