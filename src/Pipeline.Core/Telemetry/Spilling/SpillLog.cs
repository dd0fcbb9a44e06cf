using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Telemetry;

/// <summary>
/// Records on disk, until they are written elsewhere: appended by anybody, read in order by one. What a process leaves behind, the next one reads.
/// </summary>
/// <remarks>Appending is thread safe; reading and acknowledging belong to one caller at a time.</remarks>
internal sealed partial class SpillLog : IDisposable
{
    private const long LeastSegmentBytes = 64 * 1024;
    private const long GreatestSegmentBytes = 1024 * 1024;
    private const int SegmentsOfAFullSpill = 16;

    // No version wrote a file as long as this.
    private const long GreatestFileBytes = 8 * GreatestSegmentBytes;

    // A disk that fails takes an exception to find out; not for each record.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly TelemetrySpillOptions _options;
    private readonly TimeProvider _time;
    private readonly string _sink;
    private readonly ILogger _logger;
    private readonly SpillWrite _write;
    private readonly FileStream _lock;
    private readonly long _segmentBytes;
    private readonly byte[] _buffer = new byte[SpillFile.FrameBytes + TelemetryRecordFormat.MaxBytes];
    private readonly LinkedList<SpillSegment> _segments = new();
    private SpillSegment? _active;
    private SafeFileHandle? _file;
    private long _nextNumber = 1;
    private long _bytes;
    private long _appended;
    private long _failedAt;
    private bool _isFailing;
    private bool _isPaused;
    private bool _isClosed;

    /// <summary>Opens a folder, and finds what was left there.</summary>
    /// <exception cref="InvalidOperationException">The folder cannot be used, or another sink uses it.</exception>
    public SpillLog(string folder, TelemetrySpillOptions options, string sink, TimeProvider time, ILogger logger, SpillWrite? write = null)
    {
        _folder = Path.GetFullPath(folder);
        _options = options with { };
        _sink = sink;
        _time = time;
        _logger = logger;
        _write = write ?? RandomAccess.Write;
        _segmentBytes = Math.Clamp(options.MaxBytes / SegmentsOfAFullSpill, LeastSegmentBytes, GreatestSegmentBytes);
        FileStream? taken = null;
        try
        {
            Directory.CreateDirectory(_folder);
            taken = new FileStream(Path.Combine(_folder, SpillFile.LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Recover();
            _lock = taken;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            taken?.Dispose();
            throw new InvalidOperationException(
                $"Telemetry: Spill:Directory cannot be used: '{_folder}': {exception.Message} "
                + "Give a folder that this process may write to, and that no other process and no other suite uses.",
                exception);
        }
    }

    /// <summary>How many records an earlier process left behind.</summary>
    public long Recovered { get; private set; }

    /// <summary>How many records were left behind or appended: the number of the next one.</summary>
    public long Appended => Interlocked.Read(ref _appended);

    /// <summary>Hands a record to the operating system. Never throws.</summary>
    /// <returns>Whether that was done: not where the spill is full, closed, or cannot be written.</returns>
    public bool TryAppend(in TelemetryRecord record)
    {
        bool isAppended, wasFailing;
        Exception? problem = null;
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            isAppended = !IsPaused() && TryWrite(record, out problem);
            (wasFailing, _isFailing) = (_isFailing, !isAppended);
        }

        if (isAppended && wasFailing)
        {
            Log.TelemetrySpillWorksAgain(_logger, _sink);
        }
        else if (!isAppended && !wasFailing)
        {
            Log.TelemetrySpillFailed(_logger, _sink, problem);
        }

        return isAppended;
    }

    /// <summary>Closes the files. What they hold stays.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _file?.Dispose();
            _lock.Dispose();
        }
    }

    private bool IsPaused() => _isPaused && _time.GetElapsedTime(_failedAt) < Pause;

    private bool TryWrite(in TelemetryRecord record, out Exception? problem)
    {
        problem = null;
        var length = SpillFile.Frame(_buffer, TelemetryRecordFormat.Write(record, _buffer.AsSpan(SpillFile.FrameBytes)));
        if (_bytes + length > _options.MaxBytes)
        {
            return false;
        }

        try
        {
            if (_active is null || _active.Length + length > _segmentBytes)
            {
                BeginSegment();
            }

            _write(_file!, _buffer.AsSpan(0, length), _active!.Length);
        }
#pragma warning disable CA1031 // Whatever is wrong with the disk, the caller is not to blame.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            problem = exception;
            (_isPaused, _failedAt) = (true, _time.GetTimestamp());
            EndSegment();
            return false;
        }

        _isPaused = false;
        _active.Length += length;
        _active.Records++;
        _bytes += length;
        Interlocked.Increment(ref _appended);
        return true;
    }

    private void BeginSegment()
    {
        EndSegment();
        var path = SpillFile.PathOf(_folder, _nextNumber++);
        var file = File.OpenHandle(
            path,
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.Read | FileShare.Delete,
            _options.WriteThrough ? FileOptions.WriteThrough : FileOptions.None);
        try
        {
            _write(file, SpillFile.Header, 0);
        }
        catch (Exception)
        {
            file.Dispose();
            TryChange(path, () => File.Delete(path));
            throw;
        }

        (_file, _active) = (file, new SpillSegment(path) { Length = SpillFile.HeaderBytes });
        _segments.AddLast(_active);
        _bytes += SpillFile.HeaderBytes;
    }

    // After a write that failed, too: the part of a record that it may have left behind has to stay at the end of a file, where readers pass over it.
    private void EndSegment()
    {
        _file?.Dispose();
        (_file, _active) = (null, null);
    }

    private void Recover()
    {
        foreach (var (number, path) in SpillFile.Find(_folder))
        {
            _nextNumber = number + 1;
            var length = new FileInfo(path).Length;
            var records = 0L;
            if (length >= SpillFile.HeaderBytes && (length > GreatestFileBytes || !TryCount(path, (int)length, out records)))
            {
                Log.TelemetrySpillForeign(_logger, path);
            }
            else if (records == 0)
            {
                // Made, and the process ended before it wrote a whole record.
                TryChange(path, () => File.Delete(path));
            }
            else
            {
                _segments.AddLast(new SpillSegment(path) { Length = length, Records = records });
                _bytes += length;
                _appended += records;
            }
        }

        Recovered = _appended;
    }

    /// <summary>Counts a file's records; each place where some are damaged counts as one, since nobody knows how many there were.</summary>
    private static bool TryCount(string path, int length, out long records)
    {
        records = 0;
        var bytes = new byte[length];
        SpillFile.Read(path, 0, bytes);
        if (!bytes.AsSpan().StartsWith(SpillFile.Header))
        {
            return false;
        }

        var position = SpillFile.HeaderBytes;
        var isFound = true;
        while (isFound)
        {
            isFound = SpillFile.TryFind(bytes, ref position, out _, out var isDamaged);
            records += (isFound ? 1 : 0) + (isDamaged ? 1 : 0);
        }

        return true;
    }

    private bool TryChange(string path, Action change)
    {
        try
        {
            change();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Log.TelemetrySpillNotRemoved(_logger, Path.GetFileName(path), exception);
            return false;
        }
    }
}
