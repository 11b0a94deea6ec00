using System;
using System.Collections.Generic;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>Messages that wait for the server, oldest first; of one thing the newest.</summary>
    internal sealed class Outbox
    {
        /// <summary>Of messages that nothing replaces at most so many wait; beyond that the oldest goes.</summary>
        internal const int MaxUnkeyed = 256;

        private struct Entry
        {
            internal string Key;
            internal Message Message;
        }

        private readonly List<Entry> entries = new List<Entry>();

        internal int Count
        {
            get { return entries.Count; }
        }

        /// <summary>Lets a message wait; returns the one that had to go for it unsaid, or null.</summary>
        internal Message Put(Message message)
        {
            var key = MessageRules.Key(message);
            Message dropped = null;
            if (key != null) entries.RemoveAll(entry => entry.Key == key);
            else if (entries.Count >= MaxUnkeyed) dropped = DropOldestUnkeyed();
            entries.Add(new Entry { Key = key, Message = message });
            return dropped;
        }

        /// <summary>The message that has waited longest; null where none waits.</summary>
        internal Message Pop()
        {
            if (entries.Count == 0) return null;
            var message = entries[0].Message;
            entries.RemoveAt(0);
            return message;
        }

        internal void KeepOnly(Predicate<Message> wanted)
        {
            entries.RemoveAll(entry => !wanted(entry.Message));
        }

        /// <summary>Takes out everything that waits.</summary>
        internal List<Message> TakeAll()
        {
            var messages = entries.ConvertAll(entry => entry.Message);
            entries.Clear();
            return messages;
        }

        private Message DropOldestUnkeyed()
        {
            var oldest = entries.FindIndex(entry => entry.Key == null);
            if (oldest < 0) return null;
            var message = entries[oldest].Message;
            entries.RemoveAt(oldest);
            return message;
        }
    }
}
