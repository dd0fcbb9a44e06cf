using System.Runtime.InteropServices;

namespace Pipeline.RateLimiting;

/// <summary>How full a token bucket has been since its reservations were made, which decides how much they can give back.</summary>
/// <remarks>
/// <para>A reservation can give back only what the bucket would still have gained by it. If the bucket was full once since, its refill has paid off
/// all of the reservation, and what it gave back would be had twice; if no less than x was ever missing, x can be given back, for without the reservation
/// the bucket would have been short of being full all the time. So what is needed for each reservation is the least that was missing since, less what was given
/// back later of charges from before: of what was missing at one time, no part comes back twice.</para>
/// <para>These minima rise with the time since when they are taken. They are kept as steps, at most 16: of two that are merged the lower is kept, which errs
/// on the strict side.</para>
/// </remarks>
internal sealed class BucketHistory
{
    private const int FirstSteps = 2;
    private const int MostSteps = 16;

    private Step[] _steps = new Step[FirstSteps];
    private int _count;

    /// <summary>Notes what is missing now. To be called before each charge.</summary>
    public void Observe(UInt128 missing) => Lower(_count, missing);

    /// <summary>Begins a step for what was reserved at a time that is not before that of the last one.</summary>
    public void BeginReservation(long time)
    {
        // What is charged at one time counts as one charge, so what was missing in its midst is no matter.
        if (_count > 0 && _steps[_count - 1].Time == time)
        {
            _count--;
        }
        else if (_count == MostSteps)
        {
            MergeClosest();
        }
        else if (_count == _steps.Length)
        {
            Array.Resize(ref _steps, _steps.Length * 2);
        }

        _steps[_count++] = new() { Time = time, Least = UInt128.MaxValue };
    }

    /// <summary>Says how much of what was reserved too much is given back, and takes it as given back.</summary>
    public UInt128 GiveBack(long time, UInt128 amount, UInt128 missing)
    {
        Observe(missing);
        var step = _count - 1;
        while (step >= 0 && _steps[step].Time > time)
        {
            step--;
        }

        if (step < 0)
        {
            return 0;
        }

        var part = UInt128.Min(amount, _steps[step].Least);
        for (var i = step; i < _count; i++)
        {
            _steps[i].Least -= part;
        }

        Lower(step, _steps[step].Least);
        return part;
    }

    /// <summary>Lowers the first steps to at most a value, and drops those that can give nothing back.</summary>
    private void Lower(int count, UInt128 most)
    {
        for (var i = count - 1; i >= 0 && _steps[i].Least > most; i--)
        {
            _steps[i].Least = most;
        }

        var useless = 0;
        while (useless < _count && _steps[useless].Least == 0)
        {
            useless++;
        }

        if (useless > 0)
        {
            _steps.AsSpan(useless.._count).CopyTo(_steps);
            _count -= useless;
        }
    }

    private void MergeClosest()
    {
        var closest = 1;
        for (var i = 2; i < _count; i++)
        {
            if (_steps[i].Least - _steps[i - 1].Least < _steps[closest].Least - _steps[closest - 1].Least)
            {
                closest = i;
            }
        }

        _steps.AsSpan((closest + 1).._count).CopyTo(_steps.AsSpan(closest));
        _count--;
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Step
    {
        public long Time;

        /// <summary>The least that was missing since <see cref="Time"/>, less what of it was given back.</summary>
        public UInt128 Least;
    }
}
