{{/* What every pod of this chart is: an instance, or a turn of a job. */}}
{{- define "app.pod" -}}
serviceAccountName: {{ include "app.name" . }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .Values.image.user }}
  runAsGroup: {{ .Values.image.user }}
  fsGroup: {{ .Values.image.user }}
  seccompProfile:
    type: RuntimeDefault
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: {{ .Values.tmpSize }}
{{- end }}

{{- define "app.container" -}}
name: {{ .Chart.Name }}
image: {{ include "app.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- with .Values.command }}
command: {{ toJson . }}
{{- end }}
securityContext:
  allowPrivilegeEscalation: false
  privileged: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
envFrom:
  - configMapRef:
      name: {{ include "app.name" . }}
  {{- range .Values.envFromSecrets }}
  - secretRef:
      name: {{ . }}
  {{- end }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
{{- end }}

{{/* What the program is told about itself. */}}
{{- define "app.variables" -}}
- name: HOME
  value: /tmp
- name: PLTF_RELEASE
  value: {{ .Values.release.number | quote }}
- name: PLTF_COMMIT
  value: {{ .Values.release.commit | quote }}
- name: PLTF_INSTANCE
  valueFrom:
    fieldRef:
      apiVersion: v1
      fieldPath: metadata.name
{{- end }}

{{/* On pods: other settings are another hash, and another pod. */}}
{{- define "app.podAnnotations" -}}
{{ include "app.annotations" . }}
pltf.dev/config-hash: {{ .Values.env | toJson | sha256sum | trunc 16 | quote }}
{{- with .Values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end }}
