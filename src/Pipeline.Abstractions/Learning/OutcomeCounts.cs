using Pipeline.Internal;

namespace Pipeline.Learning;

/// <summary>How often each outcome was reported, and what follows from it.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public readonly record struct OutcomeCounts
{
    /// <summary>What <see cref="SuccessFactor"/> is where nothing has been judged: 0.5.</summary>
    public const double UnjudgedFactor = 0.5;

    // The 80th percentile of the normal distribution. A stricter bound would put one success below no report at all.
    private const double Z = 0.8416212335729143;

    /// <summary>How many reports say that it helped.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long Improved
    {
        get;
        init => field = PropertyValue.InRange(value, 0, long.MaxValue, nameof(Improved));
    }

    /// <summary>How many reports say that it made no difference.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long NoChange
    {
        get;
        init => field = PropertyValue.InRange(value, 0, long.MaxValue, nameof(NoChange));
    }

    /// <summary>How many reports say that it made things worse.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long Worse
    {
        get;
        init => field = PropertyValue.InRange(value, 0, long.MaxValue, nameof(Worse));
    }

    /// <summary>How many reports say that it cannot be told.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long Unknown
    {
        get;
        init => field = PropertyValue.InRange(value, 0, long.MaxValue, nameof(Unknown));
    }

    /// <summary>How many reports judge it: all but <see cref="Unknown"/>.</summary>
    /// <exception cref="OverflowException">The sum is above <see cref="long.MaxValue"/>.</exception>
    public long Judged => checked(Improved + NoChange + Worse);

    /// <summary>The share of the judging reports that say that it helped, 0 to 1; <see langword="null"/> where there is none.</summary>
    public double? SuccessRate => Judged is > 0 and var judged ? (double)Improved / judged : null;

    /// <summary>
    /// How much the reports speak for it, 0 to 1: the lower bound of the success rate at 80% confidence, one-sided, by E. B. Wilson's score interval
    /// (1927); <see cref="UnjudgedFactor"/> where nothing has been judged. One success of one gives 0.585, ten of ten 0.934, none of any number 0.
    /// </summary>
    public double SuccessFactor
    {
        get
        {
            if (SuccessRate is not { } rate)
            {
                return UnjudgedFactor;
            }

            double n = Judged;
            const double Z2 = Z * Z;
            var centre = rate + (Z2 / (2 * n));
            var margin = Z * Math.Sqrt((rate * (1 - rate) / n) + (Z2 / (4 * n * n)));
            return Math.Clamp((centre - margin) / (1 + (Z2 / n)), 0, 1);
        }
    }
}
