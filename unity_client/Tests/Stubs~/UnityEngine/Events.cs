using System;

namespace UnityEngine.Events
{
    public delegate void UnityAction();

    public delegate void UnityAction<T0>(T0 arg0);

    /// <summary>Events.UnityEvent.html; listeners that throw are logged, and the next ones still hear.</summary>
    [Serializable]
    public class UnityEvent
    {
        private event UnityAction Listeners;

        public void AddListener(UnityAction call)
        {
            Listeners += call;
        }

        public void RemoveListener(UnityAction call)
        {
            Listeners -= call;
        }

        public void Invoke()
        {
            Player.CheckThread();
            if (Listeners == null) return;
            foreach (UnityAction listener in Listeners.GetInvocationList())
            {
                try
                {
                    listener();
                }
                catch (Exception error)
                {
                    Debug.LogException(error);
                }
            }
        }
    }

    /// <summary>Events.UnityEvent_1.html</summary>
    [Serializable]
    public class UnityEvent<T0>
    {
        private event UnityAction<T0> Listeners;

        public void AddListener(UnityAction<T0> call)
        {
            Listeners += call;
        }

        public void RemoveListener(UnityAction<T0> call)
        {
            Listeners -= call;
        }

        public void Invoke(T0 arg0)
        {
            Player.CheckThread();
            if (Listeners == null) return;
            foreach (UnityAction<T0> listener in Listeners.GetInvocationList())
            {
                try
                {
                    listener(arg0);
                }
                catch (Exception error)
                {
                    Debug.LogException(error);
                }
            }
        }
    }
}
