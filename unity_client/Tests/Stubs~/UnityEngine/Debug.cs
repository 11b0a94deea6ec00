using System;
using System.Collections.Generic;

namespace UnityEngine
{
    /// <summary>Debug.html; any thread may log.</summary>
    public class Debug
    {
        /// <summary>What was logged as a warning or worse; Unity keeps its own log.</summary>
        public static readonly List<string> Complaints = new List<string>();

        public static void Log(object message) { }

        public static void Log(object message, Object context) { }

        public static void LogWarning(object message)
        {
            lock (Complaints) Complaints.Add("warning: " + message);
        }

        public static void LogWarning(object message, Object context)
        {
            LogWarning(message);
        }

        public static void LogError(object message)
        {
            lock (Complaints) Complaints.Add("error: " + message);
        }

        public static void LogError(object message, Object context)
        {
            LogError(message);
        }

        public static void LogException(Exception exception)
        {
            lock (Complaints) Complaints.Add("exception: " + exception);
        }
    }
}
