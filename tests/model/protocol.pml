/* The protocol of relay, lease, stream and inbox, for one partition of one publisher, as a model for Spin.
 *
 * Every step between two `;` may be followed by a step of another process, and a process may stop for ever between any
 * two of them: a statement of SQL, a request to JetStream and an acknowledgement are one step each, nothing else is.
 * Faults are bounded, so that the system comes to rest, whatever happens; `at_rest` asserts what must hold then.
 *
 * -DMUTANT=n plants a fault: checking.py says what each breaks, and each is found.
 */
#ifndef EVENTS
#define EVENTS 3
#endif
#ifndef WIPES
#define WIPES 0
#endif
#ifndef REMOVALS
#define REMOVALS 0
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef EXPIRIES
#define EXPIRIES 1
#endif
#ifndef LOST_ANSWERS
#define LOST_ANSWERS 1
#endif
#ifndef RESTORES
#define RESTORES 0
#endif
#ifndef MUTANT
#define MUTANT 0
#endif

/* The planted faults. */
#define UNFENCED (MUTANT == 1)
#define RESUME_AFTER_THE_LOG (MUTANT == 2)
#define COMPARE_NOTHING (MUTANT == 3)
#define LEASE_WITHOUT_END (MUTANT == 4)
#define LEASE_KEPT_FOR_EVER (MUTANT == 5)
#define ACKNOWLEDGED_FIRST (MUTANT == 6)
#define TRACKED_AFTERWARDS (MUTANT == 7)
#define TRACKED_FIRST (MUTANT == 8)
#define LATER_THAN (MUTANT == 9)
#define UNCOMPARED (MUTANT == 10)
#define GAP_NOT_FILLED (MUTANT == 11)
#define NO_WATERMARK (MUTANT == 12)
#define BELIEVE_ANY_MESSAGE (MUTANT == 13)
#define SAME_LOG_AFTER_RESTORE (MUTANT == 14)
#define ANY_LOG_FOLLOWED (MUTANT == 15)
#define HALTED_THOUGH_FOLLOWED (MUTANT == 16)

#define RELAYS 2
#define RECEIVERS 2
#define NOBODY RELAYS
#define SLOTS 8
#define NONE 0
#define END 255                        /* of a log that was left: whatever its number, it is passed over */

/* An event's identity: its number, and in the history after a restore EVENTS more. */
#define EVENT(of_history, n) ((of_history == 2 && n > since) -> EVENTS + (n) : (n))
#define NUMBER(e) ((e) > EVENTS -> (e) - EVENTS : (e))

/* PostgreSQL of the publisher. `history` is what happened, `log_id` what the log says of itself. */
byte history = 1, log_id = 1, committed = 0, since = 0;
byte holder = NOBODY;
bool believes[RELAYS];                 /* by its own clock, which ends before the lease does */

/* JetStream. Slots start at 1; NONE where a message was lost. A wipe begins another generation. */
byte last = 0, event[SLOTS + 1], of_log[SLOTS + 1], generation = 0;
bool acknowledged[SLOTS + 1];
byte announced = 0, announced_log = 1;

/* PostgreSQL of the receiver */
byte followed = 1, tracked[3];
bool halted = false;
byte effects[2 * EVENTS + 1];

byte wipes = WIPES, removals = REMOVALS, crashes = CRASHES, expiries = EXPIRIES, lost_answers = LOST_ANSWERS;
byte restores = RESTORES;
bool damaged = false, message_lost = false;

active proctype writer() {
    do
    :: atomic { committed < EVENTS -> committed++ }
    :: atomic {                        /* a back-up is put back and declared: every connection ends with it */
        restores > 0 && committed > 1 ->
            restores--; history = 2; since = 1; committed = 1;
#if !SAME_LOG_AFTER_RESTORE
            log_id = 2;
#endif
            holder = NOBODY; believes[0] = false; believes[1] = false
      }
    od
}

active proctype faults() {
    byte k;
    do
    :: atomic {                        /* time passes: a holder that was stopped finds its belief ended */
        expiries > 0 && holder != NOBODY ->
            expiries--;
#if !LEASE_WITHOUT_END
            believes[holder] = false;
#endif
            holder = NOBODY
      }
    :: d_step {
        wipes > 0 && last > 0 ->
            wipes--; damaged = true; generation++;
            for (k : 1 .. SLOTS) { event[k] = NONE; of_log[k] = 0; acknowledged[k] = false }
            last = 0; k = 0
      }
    :: d_step {                        /* the last message is gone, and the stream's sequence stays */
        removals > 0 && last > 0 && event[last] != NONE ->
            removals--; damaged = true; message_lost = true; event[last] = NONE; of_log[last] = 0
      }
    od
}

active [RELAYS] proctype relay() {
    byte me, sequence, position, read_from, count, send;
    bool connected, failed;
    d_step { me = _pid - 2; assert(me < RELAYS) }
    do
    :: atomic { holder == NOBODY -> holder = me; believes[me] = true; connected = false }
    :: atomic {                        /* killed; the lease is left to expire */
        crashes > 0 && believes[me] ->
            crashes--; connected = false; believes[me] = false;
#if !LEASE_KEPT_FOR_EVER
            holder = NOBODY
#endif
      }
    :: atomic { believes[me] && !connected -> sequence = last };                 /* _resume */
        d_step {
            if
            :: sequence == 0 || event[sequence] == NONE -> position = 0          /* emptied: all that it would hold */
            :: else ->
                if
                :: of_log[sequence] == log_id || BELIEVE_ANY_MESSAGE -> position = NUMBER(event[sequence])
                :: else -> position = since
                fi
            fi;
#if RESUME_AFTER_THE_LOG
            position = committed;
#endif
            connected = true; read_from = 0
        }
    :: atomic {                        /* one event or two are read, while it leads */
        believes[me] && connected && position < committed ->
            assert(holder == me);
            read_from = log_id; count = 1; failed = false;
            if
            :: true
            :: position + 1 < committed -> count = 2
            fi
      };
        atomic {                       /* an atomic batch, at the expected end of the stream */
            if
            :: read_from == log_id && (last == sequence || UNFENCED) ->
                send = 0;
                do
                :: send < count ->
                    send++; position++; last++;
                    assert(last <= SLOTS);
                    /* each event once, in the order of the log, as long as the stream has lost nothing */
                    assert(damaged || (last == 1 -> position == 1 :
                        (of_log[last - 1] == log_id -> NUMBER(event[last - 1]) + 1 == position : position == since + 1)));
                    event[last] = EVENT(history, position); of_log[last] = log_id; acknowledged[last] = false
                :: else -> break
                od;
                if
                :: sequence = last
                :: lost_answers > 0 -> lost_answers--; failed = true
                fi
            :: else -> failed = true
            fi;
            connected = connected && !failed;
            send = 0; count = 0; failed = false; read_from = 0
        }
#if !COMPARE_NOTHING
    :: atomic { believes[me] && connected && sequence != last -> connected = false }
#endif
    :: atomic {                        /* _compare, then _announce */
        (believes[me] && connected && (sequence == last || COMPARE_NOTHING) && (announced != committed || announced_log != log_id)) ->
            announced = committed; announced_log = log_id
      }
    od
}

#define RESET k = 0; target = 0; what = 0; src = 0; born = 0; n = 0; e = 0; seen = 0
#define WAITS(slot) !halted && event[slot] != NONE && !acknowledged[slot]
#define TAKE(slot) atomic { WAITS(slot) -> k = slot; target = NUMBER(event[k]); what = event[k]; src = of_log[k]; born = generation }

active [RECEIVERS] proctype receiver() {
    /* k: the slot of the message, 0 for an announcement. It is applied up to `target` of log `of`. */
    byte k, target, what, src, born, n, e, seen;
idle:
    if
    :: TAKE(1) :: TAKE(2) :: TAKE(3) :: TAKE(4) :: TAKE(5) :: TAKE(6) :: TAKE(7) :: TAKE(8)
#if !NO_WATERMARK
    :: atomic {
        !halted && (announced_log > followed || (announced_log == followed && tracked[followed] < announced)) ->
            target = announced; src = announced_log
      }
#endif
    fi;
#if ACKNOWLEDGED_FIRST
    goto acknowledge;
#endif
    do
    :: atomic {                        /* _find_position */
        if
        :: halted -> n = 0
        :: !halted && src < followed -> n = END
        :: !halted && src > followed && !ANY_LOG_FOLLOWED -> seen = followed; n = 0
        :: else -> n = (tracked[src] >= target -> END : tracked[src] + 1)
        fi;
#if LATER_THAN
        if
        :: n > 0 && n < target && k > 0 -> n = target
        :: else
        fi
#endif
      };
        if
        :: n == 0 -> goto halting      /* delivered again later */
        :: n == END -> break
        :: else
        fi;
        atomic {
            if
            :: n == target && k > 0 -> e = what
            :: else ->                 /* from the feed */
#if GAP_NOT_FILLED
                n = 0;
#else
                if
                :: log_id != src -> seen = src; e = NONE
                :: else -> assert(n <= committed); e = EVENT(history, n)
                fi
#endif
            fi
        };
#if GAP_NOT_FILLED
        if
        :: n == 0 -> break             /* dropped */
        :: else
        fi;
#endif
        if
        :: e == NONE -> goto halting
        :: else
        fi;
#if TRACKED_FIRST
        atomic { if :: tracked[src] == n - 1 -> tracked[src] = n :: else -> e = NONE fi };
        if :: e == NONE -> goto again :: atomic { crashes > 0 && e != NONE -> crashes--; RESET; goto idle } :: else fi;
        atomic { effects[e]++; assert(effects[e] == 1) };
#elif TRACKED_AFTERWARDS
        atomic { if :: tracked[src] == n - 1 -> effects[e]++; assert(effects[e] == 1) :: else -> e = NONE fi };
        if :: e == NONE -> goto again :: atomic { crashes > 0 && e != NONE -> crashes--; RESET; goto idle } :: else fi;
        atomic { tracked[src] = n };
#else
        atomic {                       /* effects and tracking in one transaction, by compare-and-set */
            if
            :: UNCOMPARED || (LATER_THAN && tracked[src] < n) || tracked[src] == n - 1 ->
                tracked[src] = n;
                effects[e]++;
                assert(effects[e] == 1)
            :: else                    /* a replica was faster: look again */
            fi
        };
#endif
again:
        atomic { n = 0; e = 0 }
    od;
    goto acknowledge;
halting:
    atomic {                           /* halt(): of the log that was followed when this was read, and of no other */
        if
        :: seen > 0 && (followed == seen || HALTED_THOUGH_FOLLOWED) -> halted = true
        :: else
        fi;
        RESET
    };
    goto idle;
acknowledge:
    atomic {
        if
        :: crashes > 0 -> crashes--    /* killed before: it is delivered again */
        :: k > 0 && born == generation ->
            /* what is acknowledged was applied, or is of a log that was left */
            assert(GAP_NOT_FILLED || src < followed || tracked[src] >= target);
            acknowledged[k] = true
        :: k == 0 || born != generation
        fi;
        RESET
    };
    goto idle
}

/* An operator compares and decides to follow the restored log, from where both are one history. */
active proctype operator() {
    do
    :: d_step {
        halted && followed == 1 && log_id == 2 ->
            tracked[2] = (tracked[1] < since -> tracked[1] : since);
            tracked[1] = END; followed = 2; halted = false
      }
    od
}

/* What holds when nothing moves any more. */
active proctype at_rest() {
    byte n;
    timeout ->
    d_step {
        assert(committed == EVENTS);
        assert(followed == log_id && !halted);
        assert(tracked[followed] == committed);
        for (n : 1 .. EVENTS) { assert(effects[EVENT(history, n)] == 1) }
        assert(holder != NOBODY);
        assert(message_lost || (NUMBER(event[last]) == committed && of_log[last] == log_id));
        assert(announced == committed && announced_log == log_id)
    }
}
