namespace Pipeline.Vectors;

/// <summary>What a <see cref="VectorValue"/> holds.</summary>
/// <remarks>The numbers are stored: they never change.</remarks>
public enum VectorValueKind
{
    /// <summary>Nothing: the default value, which no payload can hold.</summary>
    None = 0,

    /// <summary>A text.</summary>
    Text = 1,

    /// <summary>Several texts, tags for instance. A filter on the field is fulfilled where one of them fulfils it.</summary>
    Texts = 2,

    /// <summary>A whole number of a magnitude below 2^53. Times are best stored so, as Unix milliseconds.</summary>
    WholeNumber = 3,

    /// <summary>A finite floating-point number.</summary>
    Number = 4,

    /// <summary>True or false.</summary>
    Boolean = 5,
}
