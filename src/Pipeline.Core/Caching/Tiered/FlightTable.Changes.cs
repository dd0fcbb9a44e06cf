namespace Pipeline.Caching;

/// <content>What overtakes flights, and what is made outside of the cache.</content>
internal sealed partial class FlightTable
{
    /// <summary>Notes the beginning of a value that is made outside of the cache.</summary>
    public CacheFill BeginFill(string key, EntryTags tags)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            var fill = new CacheFill(this, key, tags, _tags.Version);
            Add(stripe, fill);
            return fill;
        }
    }

    /// <summary>Begins to replace or remove an entry: what began before can no longer be joined or stored.</summary>
    public KeyWrite BeginWrite(string key, EntryTags tags, bool removes)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            var write = new KeyWrite(key, tags, _tags.Version);
            for (var work = stripe.Newest(key); work is not null; work = work.Older)
            {
                Overtake(work);
                if (work.IsWriting)
                {
                    work.Ended ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                    write.Earlier.Add(work.Ended.Task);
                }
            }

            if (removes)
            {
                _local.Remove(key);
            }

            Add(stripe, write);
            return write;
        }
    }

    /// <summary>Ends a write: what began while it ran may have seen the state from before, and can no longer be joined or stored either.</summary>
    /// <param name="write">The write.</param>
    /// <param name="entry">What stands in this process from now on; <see langword="null"/> for nothing.</param>
    public void EndWrite(KeyWrite write, LocalEntry? entry)
    {
        var stripe = StripeOf(write.Key);
        lock (stripe.Gate)
        {
            for (var work = stripe.Newest(write.Key); work is not null; work = work.Older)
            {
                Overtake(work);
            }

            if (entry is not null && write.IsStorable)
            {
                _local.Set(entry);
            }
            else
            {
                _local.Remove(write.Key);
            }
        }

        End(write);
    }

    /// <summary>Heeds the notice that another removed or replaced an entry.</summary>
    public void Drop(string key)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            for (var work = stripe.Newest(key); work is not null; work = work.Older)
            {
                // Nor a write's: nobody knows which of the two came first.
                Overtake(work);
                work.IsStorable = false;
            }

            _local.Remove(key);
        }
    }
}
